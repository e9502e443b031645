import type { BrokerAddress, WireRequest } from '../kafkajs-internals.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const REQUEST_TIMEOUT_MS = 10_000;

export interface TopicMetadata {
  readonly topic: string;
  readonly errorCode: number;
  /** The leading broker of each partition, by partition; -1 where none leads. */
  readonly leaders: readonly number[];
}

export interface Metadata {
  readonly brokers: readonly BrokerAddress[];
  readonly topics: readonly TopicMetadata[];
}

/**
 * Metadata, version 5, of the topics named. kafkajs has this request, but its answer is all or nothing: one partition without a leader
 * would hide the leaders of all the others.
 */
export function metadataRequest(topics: readonly string[]): WireRequest<Metadata> {
  const body = new Writer(256).int32(topics.length);
  for (const topic of topics) body.string(topic);
  const dontCreate = 0;
  body.int8(dontCreate);
  return {
    apiKey: 3,
    apiVersion: 5,
    apiName: 'Metadata',
    body: body.finish(),
    timeoutMs: REQUEST_TIMEOUT_MS,
    decode: decodeMetadata,
  };
}

function decodeMetadata(payload: Buffer): Metadata {
  const reader = new Reader(payload);
  reader.int32(); // throttle time
  const brokers = reader.array(() => {
    const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() };
    reader.string(); // rack
    return broker;
  });
  reader.string(); // cluster id
  reader.int32(); // controller
  const topics = reader.array(() => {
    const errorCode = reader.int16();
    const topic = reader.string();
    reader.int8(); // internal
    const leaders: number[] = [];
    reader.array(() => {
      reader.int16(); // a partition without a leader says so by its leader, -1
      const partition = reader.int32();
      leaders[partition] = reader.int32();
      for (let list = 0; list < 3; list++) reader.array(() => reader.int32()); // replicas, in sync, offline
    });
    return { topic, errorCode, leaders };
  });
  return { brokers, topics };
}
