/** `npm run start:distributed`: every component as a process of its own, on the engines of the environment or of `npm run engines:up`. */
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { ConfigError } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { banner } from '@vitalwire/embedded/banner.ts';
import { SecretsError } from '@vitalwire/embedded/secrets.ts';
import { ComponentEnded, killComponents } from './component-process.ts';
import { onEndSignals } from './end-signals.ts';
import { distributedEnvironment } from './environment.ts';
import { startDistributed, type Distributed } from './start.ts';

const MISCONFIGURED = 2;
const NAME_WIDTH = 'ingest-gateway'.length;

const logger = createLogger('distributed', process.env['LOG_LEVEL'] ?? 'warn');
const giveUp = new AbortController();
let distributed: Distributed | undefined;

async function end(signal: NodeJS.Signals): Promise<void> {
  process.stderr.write(`${signal}: draining; once more ends everything at once\n`);
  giveUp.abort();
  // While it starts, `startDistributed` stops what there is, and rejects.
  if (distributed) process.exit((await distributed.stop()) ? 0 : 1);
}

onEndSignals({ clock: systemClock, end: (signal) => void end(signal), force: killComponents });

try {
  const environment = { LOG_LEVEL: 'warn', ...distributedEnvironment(process.env) };
  distributed = await startDistributed(environment, {
    clock: systemClock,
    logger,
    onLine: (component, line) => process.stderr.write(`${component.padEnd(NAME_WIDTH)} | ${line}\n`),
    signal: giveUp.signal,
  });
  const { config, secrets } = distributed;
  const running = {
    ...distributed,
    where: 'as five processes: gateway, alerting, storage, alert engine, and this one with the beds',
    data: 'in Kafka, Redis, InfluxDB and Cassandra',
  };
  console.log(await banner(config, secrets, running));
} catch (error) {
  if (giveUp.signal.aborted) process.exit(0);
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
