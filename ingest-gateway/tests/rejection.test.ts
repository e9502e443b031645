import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { REJECTION_REASONS, type RejectionReason } from '../src/admission/rejection.ts';
import {
  openDevice,
  openWard,
  reading,
  readingBytes,
  statusBytes,
  topicOf,
  until,
  type Ward,
} from './ward.ts';

let ward: Ward;
let device: MqttClient;
beforeAll(async () => {
  ward = await openWard({ maxPayloadBytes: 50_000, misuseLimit: 1_000 });
  device = await openDevice(ward, 'd1');
});
afterAll(async () => {
  await device.endAsync();
  await ward.gateway.stop();
});

const vitals = (values: object): { vitals: ReturnType<typeof noVitals> } => ({
  vitals: { ...noVitals(), ...values },
});
const now = Date.now();
const CASES: Record<RejectionReason, { topic?: string; payload: Buffer; kept?: number }> = {
  not_protobuf: { payload: Buffer.from('this is no protobuf') },
  wrong_device: { payload: readingBytes('d2', 1) },
  wrong_region: { payload: readingBytes('d1', 1, { region: 'West' }) },
  wrong_topic: { topic: topicOf('d2'), payload: readingBytes('d1', 1) },
  implausible_value: { payload: readingBytes('d1', 1, vitals({ heartbeat: 351 })) },
  not_a_number: { payload: readingBytes('d1', 1, vitals({ heartbeat: NaN })) },
  future_timestamp: { payload: readingBytes('d1', 1, { measuredAtMs: now + 3_600_000 }) },
  too_old: { payload: readingBytes('d1', 1, { measuredAtMs: now - 90_000_000 }) },
  empty_reading: { payload: readingBytes('d1', 1, vitals({})) },
  missing_patient: { payload: readingBytes('d1', 1, { patientId: '' }) },
  oversized: { payload: Buffer.alloc(200_000, 1), kept: 50_001 },
  batch_too_large: {
    topic: topicOf('d1', 'backfill'),
    payload: Buffer.from(encodeReadingBatch(Array(501).fill(reading('d1', 1)))),
  },
  bad_status: { topic: topicOf('d1', 'status'), payload: Buffer.from([0x2a, 0]) },
  sequence_out_of_range: { payload: readingBytes('d1', 0) },
};

describe('wrong input is acknowledged, kept with its reason, counted, and the next good message is unaffected', () => {
  test.each(REJECTION_REASONS)('%s', async (reason) => {
    const { topic = topicOf('d1'), payload, kept = payload.length } = CASES[reason];
    const rejectedBefore = ward.log.of('vitals.rejected').length;
    const readingsBefore = ward.log.of('vitals.readings').length;
    const good = readingBytes('d1', 77);
    await Promise.all([
      device.publishAsync(topic, payload, { qos: 1 }),
      device.publishAsync(topicOf('d1'), good, { qos: 1 }),
    ]);
    const rejected = ward.log.of('vitals.rejected').slice(rejectedBefore);
    expect(rejected).toMatchObject([{ key: 'd1', headers: { reason, topic } }]);
    expect(rejected[0]?.value).toEqual(payload.subarray(0, kept));
    expect(ward.log.of('vitals.readings').slice(readingsBefore)).toMatchObject([{ value: good }]);
    expect(await ward.metric('rejected_total', { reason })).toBe(1);
    expect(device.connected).toBe(true);
  });
});

test('ten in a minute of what is not its own close the connection and refuse the device', async () => {
  const strict = await openWard();
  const misuser = await openDevice(strict, 'd1');
  const other = await openDevice(strict, 'd2');
  let acked = 0;
  let closed = false;
  misuser.on('close', () => {
    closed = true;
  });
  for (let i = 1; i <= 10; i++) {
    const publish =
      i % 2 === 0
        ? misuser.publishAsync(topicOf('d2'), readingBytes('d1', i), { qos: 1 })
        : misuser.publishAsync(topicOf('d1'), readingBytes('d2', i), { qos: 1 });
    await publish.then(() => acked++);
  }
  await until(() => closed, 'the close');
  expect(acked).toBe(10);
  expect(strict.log.of('vitals.rejected')).toHaveLength(10);
  await expect(openDevice(strict, 'd1')).rejects.toThrow('Not authorized');
  await other.publishAsync(topicOf('d2'), readingBytes('d2', 1), { qos: 1 });
  expect(await strict.metric('refused_connections_total', { reason: 'misuse' })).toBe(2);
  expect(strict.lines.filter((line) => line['audit'] === true)).toMatchObject([{ device_id: 'd1' }]);
  await other.endAsync();
  await strict.gateway.stop();
});

test('a good status message is not kept by the broker for later subscribers', async () => {
  await device.publishAsync(topicOf('d1', 'status'), statusBytes('d1'), { qos: 1, retain: true });
  expect(ward.log.of('devices.presence').at(-1)).toMatchObject({ key: 'd1' });
});
