import type { Consumer } from '@vitalwire/core/ports/event-log.ts';
import type { DevicePresence } from '@vitalwire/core/ports/live-bus.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { encodePresence } from '@vitalwire/core/vitals/presence-codec.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { relayPresence } from '../src/presence/presence-relay.ts';
import { openPorts } from './ports.ts';

let ports: Awaited<ReturnType<typeof openPorts>>;
let relay: Consumer | undefined;
let told: string[];

beforeEach(async () => {
  ports = await openPorts();
  told = [];
  await ports.live.subscribe({
    vitals: () => {},
    pulse: () => {},
    presence: ({ deviceId, state }) => told.push(`${deviceId} ${state}`),
  });
});
afterEach(async () => {
  await relay?.stop();
  await ports.close();
});

const presence = (deviceId: string, state: DevicePresence['state'], atMs: number): DevicePresence => ({
  deviceId,
  patientId: 'P1',
  region: 'West',
  state,
  bootId: 1,
  atMs,
  batteryPercent: undefined,
});

const append = (...all: DevicePresence[]): Promise<void> =>
  ports.log.append(
    all.map((one) => ({
      topic: TOPICS.presence.name,
      key: one.deviceId,
      value: encodePresence(one),
      headers: {},
      timestampMs: one.atMs,
    })),
  );

const start = async (): Promise<void> => {
  relay = await relayPresence({
    log: ports.log,
    live: ports.live,
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    random: () => 0.5,
  });
};

it('tells the newest of each device at the start, and everything after it', async () => {
  await append(
    presence('D1', 'born', 1),
    presence('D2', 'born', 1),
    presence('D1', 'lost', 2),
    presence('D1', 'born', 3),
  );
  await start();
  expect(told.sort()).toEqual(['D1 born', 'D2 born']);
  await append(presence('D1', 'dead', 4));
  await eventually(() => expect(told.at(-1)).toBe('D1 dead'));
  expect(await ports.live.presence()).toHaveLength(2);
});

it('tells which gateway wrote the record', async () => {
  const one = presence('D1', 'born', 1);
  const value = encodePresence(one);
  const record = {
    topic: TOPICS.presence.name,
    key: 'D1',
    value,
    headers: { gateway: 'G1' },
    timestampMs: 1,
  };
  await ports.log.append([record]);
  await start();
  expect(await ports.live.presence()).toEqual([{ ...one, gateway: 'G1' }]);
});

it('goes on behind a record that is none, or a deletion', async () => {
  await start();
  const record = { topic: TOPICS.presence.name, key: 'D1', headers: {}, timestampMs: 1 };
  await ports.log.append([
    { ...record, value: Buffer.from('?') },
    { ...record, value: null },
  ]);
  await append(presence('D1', 'connected', 5));
  await eventually(() => expect(told).toEqual(['D1 connected']));
});
