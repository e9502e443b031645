import { VitalwireError } from '../../runtime/errors.ts';
import type { TopicDirectory } from './topic-directory.ts';

/** @throws VitalwireError `rejected` naming the topics that do not exist */
export async function requireTopics(directory: TopicDirectory, topics: readonly string[]): Promise<void> {
  const missing = await directory.load(topics);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  throw new VitalwireError(
    'rejected',
    `KAFKA_BROKERS: the cluster has no topic ${names}; topics are made by the setup job, before components start`,
    { retriable: false },
  );
}
