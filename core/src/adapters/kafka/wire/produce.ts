import type { WireRequest } from '../kafkajs-internals.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** How long a broker waits for its replicas before it says REQUEST_TIMED_OUT. */
const REPLICATION_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const ALL_REPLICAS = -1;

export interface ProducePart {
  readonly topic: string;
  readonly partition: number;
  /** One record batch. */
  readonly batch: Buffer;
}

export interface ProduceAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}

/** Produce, version 7, acks=all: a record batch for each of some partitions that one broker leads. */
export function produceRequest(parts: readonly ProducePart[]): WireRequest<readonly ProduceAnswer[]> {
  const topics = Map.groupBy(parts, (part) => part.topic);
  const size = parts.reduce((sum, part) => sum + part.batch.length + part.topic.length + 32, 64);
  const body = new Writer(size)
    .string(null)
    .int16(ALL_REPLICAS)
    .int32(REPLICATION_TIMEOUT_MS)
    .int32(topics.size);
  for (const [topic, ofTopic] of topics) {
    body.string(topic).int32(ofTopic.length);
    for (const part of ofTopic) body.int32(part.partition).bytes(part.batch);
  }
  return {
    apiKey: 0,
    apiVersion: 7,
    apiName: 'Produce',
    body: body.finish(),
    timeoutMs: REQUEST_TIMEOUT_MS,
    decode: decodeProduce,
  };
}

function decodeProduce(payload: Buffer): readonly ProduceAnswer[] {
  const reader = new Reader(payload);
  return reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => {
        const partition = reader.int32();
        const errorCode = reader.int16();
        reader.int64(); // base offset
        reader.int64(); // log append time
        reader.int64(); // log start offset
        return { topic, partition, errorCode };
      });
    })
    .flat();
}
