/** `npm run start:distributed`: every component as a process of its own, on the engines of the environment or of `npm run engines:up`. */
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { ConfigError } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { banner } from '@vitalwire/embedded/banner.ts';
import { SecretsError } from '@vitalwire/embedded/secrets.ts';
import { ComponentEnded } from './component-process.ts';
import { distributedEnvironment } from './environment.ts';
import { startDistributed } from './start.ts';

const MISCONFIGURED = 2;
const NAME_WIDTH = 'ingest-gateway'.length;

try {
  const logger = createLogger('distributed', process.env['LOG_LEVEL'] ?? 'warn');
  const environment = { LOG_LEVEL: 'warn', ...distributedEnvironment(process.env) };
  const distributed = await startDistributed(environment, {
    clock: systemClock,
    logger,
    onLine: (component, line) => process.stderr.write(`${component.padEnd(NAME_WIDTH)} | ${line}\n`),
  });

  const end = async (reason: string): Promise<void> => {
    logger.info({ reason }, 'stopping');
    process.exit((await distributed.stop()) ? 0 : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(signal));

  const { config, secrets } = distributed;
  const running = {
    ...distributed,
    where: 'as five processes: gateway, alerting, storage, alert engine, and this one with the beds',
    data: 'in Kafka, Redis, InfluxDB and Cassandra',
  };
  console.log(await banner(config, secrets, running));
} catch (error) {
  if (error instanceof ConfigError || error instanceof SecretsError) {
    console.error(error.message);
    process.exit(MISCONFIGURED);
  }
  if (error instanceof ComponentEnded) {
    // It has said why, above.
    console.error(error.message);
    process.exit(error.exitCode === MISCONFIGURED ? MISCONFIGURED : 1);
  }
  console.error(error);
  process.exit(1);
}
