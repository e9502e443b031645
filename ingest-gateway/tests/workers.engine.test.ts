/** Several workers on a real log: between two of them holds what holds between two gateways. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestLog, testBrokers } from '@vitalwire/core/adapters/kafka/kafka-harness.ts';
import { ensureTopics } from '@vitalwire/core/adapters/kafka/topic-setup.ts';
import { NO_SECURITY } from '@vitalwire/core/adapters/kafka/security.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { ALL_TOPICS, TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { EventLog, LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import { decodeReading } from '@vitalwire/core/vitals/codec.ts';
import { decodePresence } from '@vitalwire/core/vitals/presence-codec.ts';
import { openDevice, readingBytes, topicOf } from './ward.ts';
import { startGatewayWithWorkers, type GatewayWithWorkers } from './worker-processes.ts';

const PATIENCE_MS = 120_000;
const MAIN = new URL('../src/main.ts', import.meta.url);

let log: EventLog;
let pool: GatewayWithWorkers;
beforeAll(async () => {
  const setup = { brokers: testBrokers(), clientId: 'vitalwire-test', security: NO_SECURITY };
  await ensureTopics(
    { ...setup, topics: ALL_TOPICS, partitions: 12, replication: 1 },
    createLogger('test', 'silent'),
  );
  log = await openTestLog();
  pool = await startGatewayWithWorkers(MAIN, {
    GATEWAY_WORKERS: '2',
    KAFKA_BROKERS: testBrokers().join(','),
  });
});
afterAll(async () => {
  expect(await pool?.stop()).toBe(0);
  await log?.close();
});
const ward = (): { readonly gateway: never } => ({ gateway: { port: pool.mqttPort } as never });

/** What a topic holds of a device, in the order of its partition. */
async function recordsOf(
  topic: string,
  deviceId: string,
  isOf: (record: LogRecord) => boolean,
): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for (const { partition, first, next } of await log.bounds(topic)) {
    const records = await log.read({ topic, partition, offset: first }, Math.max(1, next - first));
    found.push(...records.filter((record) => record.value !== null && isOf(record)));
  }
  expect(found.length, deviceId).toBeGreaterThan(0);
  return found;
}

test('a device that comes back at another worker ends its session at the first, whose will says nothing any more', async () => {
  const deviceId = freshName('moves');
  const statesOf = async (): Promise<string[]> =>
    (await recordsOf(TOPICS.presence.name, deviceId, ({ key }) => key === deviceId)).map(
      ({ value }) => decodePresence(value as Uint8Array).state,
    );
  const first = await openDevice(ward(), deviceId);
  const closed = new Promise<void>((resolve) => void first.once('close', () => resolve()));
  // Its opening has to be in the log before it can be older than another.
  await first.publishAsync(topicOf(deviceId), readingBytes(deviceId, 1), { qos: 1 });
  // Connections are dealt out in turn: this is the other worker's.
  const second = await openDevice(ward(), deviceId);
  await closed;
  await second.publishAsync(topicOf(deviceId), readingBytes(deviceId, 2), { qos: 1 });
  expect((await statesOf()).at(-1)).toBe('connected');
  await second.endAsync();
  await expect.poll(async () => (await statesOf()).at(-1), { timeout: PATIENCE_MS }).toBe('dead');
});

test('a worker killed under load loses nothing that was acknowledged', async () => {
  const deviceIds = Array.from({ length: 6 }, () => freshName('sends'));
  const devices = await Promise.all(
    deviceIds.map((deviceId) => openDevice(ward(), deviceId, { reconnectPeriod: 50 })),
  );
  const acknowledged = new Map(deviceIds.map((deviceId) => [deviceId, 0]));
  const sending = devices.map(async (device, i) => {
    const deviceId = deviceIds[i] ?? '';
    for (let sequence = 1; sequence <= 300; sequence++) {
      await device.publishAsync(topicOf(deviceId), readingBytes(deviceId, sequence), { qos: 1 });
      acknowledged.set(deviceId, sequence);
    }
  });
  await expect
    .poll(() => acknowledged.get(deviceIds[0] ?? '') ?? 0, { timeout: PATIENCE_MS })
    .toBeGreaterThan(50);
  const restarts = (): Promise<number> => pool.metric('vitalwire_gateway_worker_restarts_total');
  const restartsBefore = await restarts();
  process.kill(pool.workers()[0] ?? 0, 'SIGKILL');
  await Promise.all(sending);
  for (const deviceId of deviceIds) {
    const patientId = `patient-of-${deviceId}`;
    const records = await recordsOf(TOPICS.readings.name, deviceId, ({ key }) => key === patientId);
    const sequences = records.map(({ value }) => decodeReading(value as Uint8Array).sequence);
    // Sent again after the kill, at most: never one left out, never an older one first.
    expect([...new Set(sequences)]).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
  }
  expect(await restarts()).toBe(restartsBefore + 1);
  for (const device of devices) await device.endAsync(true);
});
