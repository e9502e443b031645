const PREFIX = 'vitalwire.checkpoints.';

/** The topic of a pipeline's checkpoints. */
export const checkpointTopic = (pipeline: string): string => `${PREFIX}${pipeline}`;

export const isCheckpointTopic = (topic: string): boolean => topic.startsWith(PREFIX);

/**
 * Starting a task reads its partition from the beginning, so what is kept must stay near what is current: segments close soon, a closed
 * segment is compacted as soon as a tenth of the log is old, at the latest after ten minutes, and deletions are forgotten soon after.
 */
export const checkpointTopicSettings: Readonly<Record<string, string>> = {
  'cleanup.policy': 'compact',
  'segment.ms': '300000',
  'segment.bytes': '33554432',
  'min.cleanable.dirty.ratio': '0.1',
  'max.compaction.lag.ms': '600000',
  'delete.retention.ms': '60000',
};
