/** The process: configuration, signals, exit code. */
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { ConfigError, readConfig } from '@vitalwire/core/runtime/config.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { spareFullCollections } from '@vitalwire/core/runtime/full-collections.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { banner } from './banner.ts';
import { SecretsError, loadSecrets } from './secrets.ts';
import { startEmbedded } from './start.ts';

/** Wrong settings or data that cannot be used: what an operator must mend before the next start. */
const MISCONFIGURED = 2;
/** A full collection every half minute with ten thousand devices; more would be fewer of them, and memory less level. */
const HEAP_GROWTH_PERCENT = 100;

try {
  const config = readConfig(process.env);
  // Asked for from some thousand devices on.
  if (config.GATEWAY_THREAD) spareFullCollections(HEAP_GROWTH_PERCENT);
  const secrets = loadSecrets(config);
  const logger = createLogger('embedded', config.LOG_LEVEL);
  const embedded = await startEmbedded(config, { clock: systemClock, logger, secrets });

  const end = async (reason: string, exitCode: number): Promise<void> => {
    logger.info({ reason }, 'stopping');
    const clean = await embedded.stop();
    process.exit(clean ? exitCode : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(signal, 0));
  embedded.failed.catch((error: unknown) => {
    logger.fatal({ err: error }, 'a part failed for good');
    void end('failure', 1);
  });

  const running = { ...embedded, where: 'in one process', data: config.DATA_DIR };
  console.log(await banner(config, secrets, running));
} catch (error) {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof ConfigError || error instanceof SecretsError) {
    console.error(error.message);
    process.exit(MISCONFIGURED);
  }
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    console.error(`MQTT_PORT, MQTT_TLS_PORT or HTTP_PORT: ${messageOf(error)}`);
    process.exit(MISCONFIGURED);
  }
  console.error(error);
  process.exit(1);
}
