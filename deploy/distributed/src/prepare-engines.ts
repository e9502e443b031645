import { given, type EngineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { migrate } from '@vitalwire/core/adapters/cassandra/migrations.ts';
import { ensureBuckets } from '@vitalwire/core/adapters/influxdb/buckets.ts';
import { ensureTopics } from '@vitalwire/core/adapters/kafka/topic-setup.ts';
import { ConfigError } from '@vitalwire/core/runtime/config.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { ALL_TOPICS } from '@vitalwire/core/runtime/topics.ts';

/**
 * Makes what components need to be there: topics, buckets, keyspace and tables. Changes nothing that is there already, but for a bucket's
 * retention and new versions of the tables; may be run at each deployment, and twice at once.
 * @throws ConfigError with a line for each engine that does not answer or refuses, beginning with the setting to look at
 */
export async function prepareEngines(
  settings: EngineSettings,
  partitions: number,
  logger: Logger,
): Promise<void> {
  const { kafka } = settings;
  const influx = given(settings.influx, 'INFLUX_URL');
  const cassandra = given(settings.cassandra, 'CASSANDRA_CONTACT_POINTS');
  const topics = { ...kafka, clientId: 'vitalwire-setup', topics: ALL_TOPICS, partitions };
  const outcomes = await Promise.allSettled([
    ensureTopics(topics, logger).then(({ created, differences }) => {
      logger.info({ created }, 'topics are there');
      for (const difference of differences) logger.warn({ difference }, 'a topic is set differently');
    }),
    ensureBuckets(influx).then(() => logger.info('buckets are there')),
    migrate(cassandra, cassandra.replication).then(() => logger.info('keyspace and tables are there')),
  ]);
  const problems = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [problemOf(outcome.reason)] : [],
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Kafka's own words name no setting. */
function problemOf(error: unknown): string {
  if (!(error instanceof VitalwireError)) throw error;
  return error.message.startsWith('Kafka: ') ? `KAFKA_BROKERS: ${error.message}` : error.message;
}
