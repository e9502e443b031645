import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { openDistributedPorts } from '@vitalwire/core/adapters/open-distributed-ports.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { ComponentProcess, type ComponentName } from '../src/component-process.ts';
import { environmentOf } from '../src/environment.ts';
import { prepareEngines } from '../src/prepare-engines.ts';
import { testEnvironment } from './support/cluster.ts';
import { startSecuredEngines, type SecuredEngines } from './support/secured-engines.ts';

/** Cassandra alone takes most of a minute where nothing else runs. */
const START_MS = 400_000;

/** TLS and logins by settings alone, on engines that let nobody else in. */
describe.runIf(!process.env['VITALWIRE_TEST_ENGINES_GIVEN'])('engines that want TLS and a login', () => {
  const logger = createLogger('secured', 'silent');
  let engines: SecuredEngines | undefined;
  const given = (): SecuredEngines => {
    if (!engines) throw new Error('not started');
    return engines;
  };
  const environmentWith = (changes: Readonly<Record<string, string>> = {}) => ({
    ...testEnvironment(),
    LOG_LEVEL: 'fatal',
    ...given().environment,
    ...changes,
  });

  beforeAll(async () => {
    engines = await startSecuredEngines(testEnvironment()['INFLUX_URL'] ?? '');
    // Cassandra makes its first login some seconds after it began to answer.
    const settings = engineSettings(readConfig(environmentWith()));
    await eventually(() => prepareEngines(settings, 2, logger));
  }, START_MS);
  afterAll(() => engines?.stop());

  it.each(['scram-sha-512', 'plain'])('serve every port, Kafka by %s', async (mechanism) => {
    const config = readConfig(environmentWith({ KAFKA_SASL_MECHANISM: mechanism }));
    const ports = await openDistributedPorts(
      engineSettings(config),
      {
        component: 'secured',
        needed: ['log', 'checkpoints', 'timeSeries', 'analytics', 'alerts', 'live', 'directory'],
        databasesMayBeAway: false,
      },
      { clock: systemClock, logger, registry: createRegistry('secured') },
    );
    const topic = TOPICS.rejected.name;
    const { log } = ports;
    await log.append([
      { topic, key: 'MON-1', value: Buffer.from(mechanism), headers: {}, timestampMs: systemClock.now() },
    ]);
    const records = (await log.bounds(topic)).map(({ next }) => next);
    expect(records.reduce((sum, end) => sum + end, 0)).toBeGreaterThan(0);
    for (const dependency of ports.dependencies) await dependency.check();
    await ports.close();
  });

  it('let whole components in', async () => {
    const components = (['ingest-gateway', 'alerting', 'storage', 'alert-engine'] as const).map(
      (name) =>
        new ComponentProcess(name, environmentOf(name, environmentWith({ LOG_PARTITIONS: '2' })), () => {}),
    );
    await Promise.all(components.map(({ ready }) => ready));
    for (const component of components) expect((await component.end('SIGTERM')).exitCode).toBe(0);
  });

  it.concurrent.each<[ComponentName, string, (one: SecuredEngines) => Record<string, string>]>([
    ['ingest-gateway', 'KAFKA_USERNAME', () => ({ KAFKA_PASSWORD: 'wrong' })],
    ['ingest-gateway', 'KAFKA_SASL_MECHANISM', () => ({ KAFKA_SASL_MECHANISM: 'scram-sha-256' })],
    ['ingest-gateway', 'KAFKA_TLS_CA', ({ certificates }) => ({ KAFKA_TLS_CA: certificates.otherCa })],
    ['ingest-gateway', 'KAFKA_TLS_CA', () => ({ KAFKA_TLS_CA: '' })],
    ['alerting', 'REDIS_TLS_CA', ({ certificates }) => ({ REDIS_TLS_CA: certificates.otherCa })],
    [
      'alerting',
      'REDIS_URL',
      ({ environment }) => ({ REDIS_URL: environment['REDIS_URL']?.replace('correct', 'wrong') ?? '' }),
    ],
    ['storage', 'CASSANDRA_USERNAME', () => ({ CASSANDRA_PASSWORD: 'wrong' })],
    ['storage', 'CASSANDRA_TLS_CA', ({ certificates }) => ({ CASSANDRA_TLS_CA: certificates.otherCa })],
    ['storage', 'INFLUX_TLS_CA', ({ certificates }) => ({ INFLUX_TLS_CA: certificates.otherCa })],
  ])('%s ends with exit code 2 and one line that begins with %s', async (name, setting, changes) => {
    const lines: string[] = [];
    const environment = environmentWith(changes(given()));
    const component = new ComponentProcess(name, environment, (line) => lines.push(line));
    const { exitCode } = await component.ended;
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${setting}: `)) as string]);
    expect(exitCode).toBe(2);
  });
});
