import type { WireRequest } from '../kafkajs-internals.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const CONSUMER = -1;
const READ_UNCOMMITTED = 0;
const NO_SESSION = 0;
const FULL_FETCH = -1;
const ANSWER_SLACK_MS = 10_000;

export interface FetchPart {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
}

export interface FetchAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** The next offset that readers do not see yet. */
  readonly highWatermark: number;
  /** Record batches; a view into the answer. */
  readonly recordSet: Buffer;
}

/** Fetch, version 11, outside fetch sessions: of partitions that one broker leads. */
export function fetchRequest(
  parts: readonly FetchPart[],
  limits: FetchLimits,
): WireRequest<readonly FetchAnswer[]> {
  const topics = Map.groupBy(parts, (part) => part.topic);
  const body = new Writer(64 + parts.length * 64)
    .int32(CONSUMER)
    .int32(limits.maxWaitMs)
    .int32(1)
    .int32(limits.maxBytes)
    .int8(READ_UNCOMMITTED)
    .int32(NO_SESSION)
    .int32(FULL_FETCH)
    .int32(topics.size);
  for (const [topic, ofTopic] of topics) {
    body.string(topic).int32(ofTopic.length);
    for (const { partition, offset } of ofTopic) {
      body.int32(partition).int32(-1).int64(offset).int64(-1).int32(limits.maxPartitionBytes);
    }
  }
  body.int32(0).string('');
  return {
    apiKey: 1,
    apiVersion: 11,
    apiName: 'Fetch',
    body: body.finish(),
    timeoutMs: limits.maxWaitMs + ANSWER_SLACK_MS,
    decode: decodeFetch,
  };
}

function decodeFetch(payload: Buffer): readonly FetchAnswer[] {
  const reader = new Reader(payload);
  reader.int32(); // throttle time
  const errorCode = reader.int16();
  reader.int32(); // session
  const answers = reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => readPartition(reader, topic));
    })
    .flat();
  return errorCode === 0 ? answers : answers.map((answer) => ({ ...answer, errorCode }));
}

function readPartition(reader: Reader, topic: string): FetchAnswer {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  reader.int64(); // last stable offset
  reader.int64(); // log start offset
  // Aborted transactions; not asked for.
  reader.array(() => [reader.int64(), reader.int64()]);
  reader.int32(); // preferred read replica
  return { topic, partition, errorCode, highWatermark, recordSet: reader.bytes() };
}
