/** For vitest: brings the engines up before the tests and, where they were not up already, down after them. */
import { downEngines, engineEnvironment, engineStatus, upEngines } from '@vitalwire/engines/engines.ts';

const NAMED_BY = ['KAFKA_BROKERS', 'INFLUX_URL', 'CASSANDRA_CONTACT_POINTS', 'REDIS_URL'];

/** An environment that names engines means those, and no others: nothing is started then. */
export default async function setup(): Promise<(() => Promise<void>) | void> {
  if (NAMED_BY.some((name) => process.env[name])) {
    // Not ours to take away.
    process.env['VITALWIRE_TEST_ENGINES_GIVEN'] = 'true';
    return;
  }
  const before = await engineStatus();
  const wereUp = before.length > 0 && before.every(({ state }) => state === 'ready');
  await upEngines();
  Object.assign(process.env, engineEnvironment());
  if (!wereUp) return () => downEngines();
}
