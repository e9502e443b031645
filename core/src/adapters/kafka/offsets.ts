import type { PartitionBounds, TopicPartition } from '../../ports/event-log.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Cluster } from './cluster.ts';
import type { TopicDirectory } from './topic-directory.ts';

/** Kafka's names for the ends of a partition, in place of a timestamp. */
export const EARLIEST = -2;
export const LATEST = -1;
const CONSUMER = -1;
const READ_UNCOMMITTED = 0;

export async function listOffset(
  cluster: Cluster,
  directory: TopicDirectory,
  { topic, partition }: TopicPartition,
  timestamp: number,
): Promise<number> {
  const leader = directory.leader(topic, partition);
  const offsets = await listFrom(cluster, leader, topic, [partition], timestamp);
  return offsets.get(partition)!;
}

/** First and next offset of every partition of a topic that the directory knows. */
export async function listBounds(
  cluster: Cluster,
  directory: TopicDirectory,
  topic: string,
): Promise<readonly PartitionBounds[]> {
  const partitions = Array.from({ length: directory.partitions(topic) }, (_, partition) => partition);
  const byLeader = Map.groupBy(partitions, (partition) => directory.leader(topic, partition));
  const bounds = await Promise.all(
    [...byLeader].map(async ([leader, led]) => {
      const firsts = await listFrom(cluster, leader, topic, led, EARLIEST);
      const nexts = await listFrom(cluster, leader, topic, led, LATEST);
      return led.map((partition) => ({
        partition,
        first: firsts.get(partition)!,
        next: nexts.get(partition)!,
      }));
    }),
  );
  return bounds.flat().sort((a, b) => a.partition - b.partition);
}

async function listFrom(
  cluster: Cluster,
  leader: number,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): Promise<ReadonlyMap<number, number>> {
  const broker = await cluster.broker(leader);
  const { responses } = await broker.listOffsets({
    replicaId: CONSUMER,
    isolationLevel: READ_UNCOMMITTED,
    topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
  });
  const offsets = new Map<number, number>();
  for (const answer of responses.flatMap((response) => response.partitions)) {
    offsets.set(answer.partition, Number(answer.offset));
  }
  if (partitions.some((partition) => !offsets.has(partition))) {
    throw new VitalwireError('unavailable', `Kafka: no offsets of ${topic}`, { retriable: true });
  }
  return offsets;
}
