import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { SeverableProxy } from '@vitalwire/core/testing/severable-proxy.ts';
import { ComponentEnded } from '../src/component-process.ts';
import { prepareEngines } from '../src/prepare-engines.ts';
import { supervise, type Supervised } from '../src/supervised.ts';
import { testEnvironment } from './support/cluster.ts';

describe('a supervised component', () => {
  const logger = createLogger('test', 'silent');
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const config = readConfig(testEnvironment());
    await prepareEngines(engineSettings(config), config.LOG_PARTITIONS, logger);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const start = async (
    settings: Readonly<Record<string, string>>,
    lines: string[] = [],
  ): Promise<Supervised> => {
    const supervised = await supervise({
      component: 'alerting',
      environment: { ...testEnvironment(), LOG_LEVEL: 'fatal', ...settings },
      onLine: (line) => void lines.push(line),
      clock: systemClock,
      logger,
      signal: undefined,
    });
    closing.unshift(() => supervised.stop());
    return supervised;
  };

  it('that crashes while an engine is away is started until the engine is back', async () => {
    const engines = testEnvironment();
    const redis = new URL(engines['REDIS_URL'] ?? '');
    const proxy = await SeverableProxy.to(redis.hostname, Number(redis.port || 6379));
    closing.push(() => proxy.close());
    redis.host = `127.0.0.1:${proxy.port}`;
    const lines: string[] = [];
    const supervised = await start({ REDIS_URL: redis.href }, lines);
    const isReady = async (): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${supervised.ports['health']}/readyz`)).ok;
    await eventually(async () => expect(await isReady()).toBe(true));

    proxy.cut();
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${supervised.ports['health']}/metrics`)).text();
      const up = [...metrics.matchAll(/^vitalwire_dependency_up\{dependency="(\w+)".*\} (\d)$/gm)];
      expect(up.map(([, dependency, value]) => [dependency, value])).toEqual([
        ['kafka', '1'],
        ['redis', '0'],
      ]);
    });
    const { pid } = supervised;
    process.kill(pid ?? 0, 'SIGKILL');
    // Twice: it was started anew after it had said that its configuration is wrong.
    const refusals = (): string[] => lines.filter((line) => line.startsWith('REDIS_URL: '));
    await eventually(() => expect(refusals().length).toBeGreaterThanOrEqual(2));
    proxy.mend();
    await eventually(async () => expect(await isReady()).toBe(true));
    expect(supervised.pid).not.toBe(pid);
  });

  it('whose first start is refused is not started anew', async () => {
    await expect(start({ REDIS_URL: 'redis://127.0.0.1:1' })).rejects.toThrow(ComponentEnded);
  });
});
