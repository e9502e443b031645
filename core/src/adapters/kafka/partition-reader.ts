import type { LogRecord, Position } from '../../ports/event-log.ts';
import type { Cluster } from './cluster.ts';
import { kafkaErrorType } from './errors.ts';
import { protocolError, sendRaw } from './kafkajs-internals.ts';
import { EARLIEST, listOffset } from './offsets.ts';
import type { TopicDirectory } from './topic-directory.ts';
import { readRecords } from './wire/batch-reader.ts';
import { fetchRequest, type FetchLimits } from './wire/fetch.ts';

export interface Page {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  readonly isEnd: boolean;
}

const LIMITS: FetchLimits = { maxWaitMs: 0, maxBytes: 16 * 1024 * 1024, maxPartitionBytes: 4 * 1024 * 1024 };

/** What a partition has from an offset on, or from the first retained one: one fetch. */
export async function readPage(
  cluster: Cluster,
  directory: TopicDirectory,
  position: Position,
): Promise<Page> {
  const { topic, partition, offset } = position;
  const broker = await cluster.broker(directory.leader(topic, partition));
  const [answer] = await sendRaw(broker, fetchRequest([position], LIMITS));
  if (!answer) return { records: [], nextOffset: offset, isEnd: true };
  const error = protocolError(answer.errorCode);
  if (kafkaErrorType(error) === 'OFFSET_OUT_OF_RANGE') {
    const first = await listOffset(cluster, directory, position, EARLIEST);
    return { records: [], nextOffset: first, isEnd: offset >= first };
  }
  if (error) throw error;
  const page = readRecords(answer.recordSet, topic, partition, offset);
  return { ...page, isEnd: page.nextOffset >= answer.highWatermark || page.nextOffset === offset };
}
