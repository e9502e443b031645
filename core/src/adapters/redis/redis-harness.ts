/** What the adapters' tests need of a real Redis, named by REDIS_URL. */
import { pino } from 'pino';
import type { AlertStore } from '../../ports/alert-store.ts';
import type { LiveBus } from '../../ports/live-bus.ts';
import { systemClock } from '../../runtime/clock.ts';
import { Registry } from '../../runtime/metrics.ts';
import type { AlertStoreHarness } from '../../testing/contracts/alert-store-contract.ts';
import type { LiveBusHarness } from '../../testing/contracts/live-bus-contract.ts';
import { openRedisAlertStore } from './alert-store.ts';
import type { RedisConfig, RedisDeps } from './connect.ts';
import { openRedisLiveBus } from './live-bus.ts';
import { redisMetrics } from './metrics.ts';

/** Long enough for a test to read what it wrote on a busy machine, short enough to wait for. */
const VITALS_KEPT_MS = 3_000;

/** @throws where there is no engine to test: such a test must not pass for lack of one */
export function testRedis(): RedisConfig {
  const url = process.env['REDIS_URL'];
  if (!url) throw new Error('REDIS_URL is not set: engine tests need a Redis to run on');
  return { url, tls: undefined, clientName: 'vitalwire-test' };
}

export function testDeps(): RedisDeps {
  return {
    clock: systemClock,
    logger: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    metrics: redisMetrics(new Registry()),
  };
}

export async function makeAlertStoreHarness(): Promise<AlertStoreHarness> {
  const stores: AlertStore[] = [];
  const open = async (): Promise<AlertStore> => {
    const store = await openRedisAlertStore(testRedis(), testDeps());
    stores.push(store);
    return store;
  };
  let current = await open();
  return {
    get store() {
      return current;
    },
    peer: open,
    reopen: async () => {
      // Nothing of a store is in its process; its end is the end of its connections.
      await current.close();
      current = await open();
    },
    close: async () => void (await Promise.all(stores.map((store) => store.close()))),
  };
}

export async function makeLiveBusHarness(): Promise<LiveBusHarness> {
  const buses: LiveBus[] = [];
  const open = async (): Promise<LiveBus> => {
    const bus = await openRedisLiveBus({ ...testRedis(), vitalsKeptMs: VITALS_KEPT_MS }, testDeps());
    buses.push(bus);
    return bus;
  };
  const bus = await open();
  return {
    bus,
    peer: open,
    outlive: () => systemClock.sleep(VITALS_KEPT_MS + 100),
    close: async () => void (await Promise.all(buses.map((one) => one.close()))),
  };
}
