/** The setup job: topics, buckets, keyspace and tables, before components start. Exit code 2 where a setting is wrong or an engine away. */
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { ConfigError, readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { prepareEngines } from './prepare-engines.ts';

try {
  const config = readConfig(process.env, 'setup');
  await prepareEngines(
    engineSettings(config),
    config.LOG_PARTITIONS,
    createLogger('setup', config.LOG_LEVEL),
  );
  process.exit(0);
} catch (error) {
  const known = error instanceof ConfigError;
  console.error(known ? error.message : error);
  process.exit(known ? 2 : 1);
}
