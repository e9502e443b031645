import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { startGatewayThread, type GatewayThread } from '../src/thread/start-gateway-thread.ts';
import { FaultyLog, away } from './faulty-log.ts';
import { REGION, SECRET, openDevice, readingBytes, statesOf, topicOf, until, valuesOf } from './ward.ts';

let log: FaultyLog;
let gateway: GatewayThread;
beforeEach(async () => {
  log = new FaultyLog();
  gateway = await start(log);
});
afterEach(() => gateway.stop());

const start = (log: EventLog, port = 0): Promise<GatewayThread> =>
  startGatewayThread(
    {
      host: '127.0.0.1',
      port,
      deviceSecret: SECRET,
      regions: [REGION],
      futureToleranceMs: 60_000,
      limits: { retryFirstPauseMs: 10, retryMaxPauseMs: 50 },
    },
    { log, clock: systemClock, logger: createLogger('test', 'silent'), component: 'test' },
  );

test("takes readings into the other thread's log, and acknowledges them once that has them", async () => {
  const device = await openDevice({ gateway }, 'd1');
  const sent = Array.from({ length: 50 }, (_, i) => readingBytes('d1', i + 1));
  await Promise.all(sent.map((bytes) => device.publishAsync(topicOf('d1'), bytes, { qos: 1 })));
  expect(valuesOf(log.of('vitals.readings'))).toEqual(sent.map((bytes) => bytes.toString('hex')));

  log.fault = away;
  let acknowledged = false;
  const waiting = device.publishAsync(topicOf('d1'), readingBytes('d1', 51), { qos: 1 });
  void waiting.then(() => (acknowledged = true));
  const { appends } = log;
  await until(() => log.appends > appends + 2, 'another try');
  expect(acknowledged).toBe(false);
  log.fault = () => undefined;
  await waiting;
  expect(log.of('vitals.readings')).toHaveLength(51);
  await device.endAsync();
});

test('tells presence, its metrics, and at its end that the devices have lost it', async () => {
  await openDevice({ gateway }, 'd1');
  await until(() => statesOf(log, 'd1').includes('connected'));
  expect(await gateway.metrics()).toMatch(/^vitalwire_gateway_connections\{component="test"\} 1$/m);
  await gateway.stop();
  await gateway.stop();
  expect(statesOf(log, 'd1').at(-1)).toBe('lost');
  expect(await gateway.metrics()).toBe('');
});

test('a port that is taken is told by its code', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => void taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(start(log, port)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  taken.close();
});

test('fails when it can no longer follow presence', async () => {
  const broken = new FaultyLog();
  const tail = Promise.withResolvers<never>();
  broken.tail = async () => ({ failed: tail.promise, stop: async () => {} });
  const failing = await start(broken);
  tail.reject(new Error('the log is gone'));
  await expect(failing.failed).rejects.toThrow('the log is gone');
  await failing.stop();
});
