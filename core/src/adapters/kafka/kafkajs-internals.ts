/**
 * The parts of kafkajs below its producer and consumer: connections to a broker (sockets, authentication, correlation, timeouts) and
 * the requests of the group protocol. Its producer and consumer are not used, because they cannot keep what the EventLog port promises:
 * the consumer tells nobody that a partition is being taken away until it is gone, waits for the slowest partition before it fetches
 * any other, and skips to the end of a compacted stretch; the producer costs 10 µs a record. docs/decisions/kafka-client.md has the
 * measurements. kafkajs is pinned to the release whose insides these are.
 */
import { createRequire } from 'node:module';
import { logLevel, type logCreator } from 'kafkajs';
import { toKafkaJs, type KafkaSecurity } from './security.ts';

const require = createRequire(import.meta.url);

export interface BrokerAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** One broker, by two sockets: fetches on one, so that a long poll delays nothing else. */
export interface BrokerConnection {
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Its `isConnected` is of the sockets alone, whoever may be behind them. */
  readonly connectionPool: { isConnected(): boolean; send(message: RawMessage): Promise<unknown> };
  findGroupCoordinator(request: {
    groupId: string;
    coordinatorType: number;
  }): Promise<{ coordinator: BrokerAddress }>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: readonly {
      topic: string;
      partitions: readonly { partition: number; offset: string }[];
    }[];
  }): Promise<unknown>;
  offsetFetch(request: {
    groupId: string;
    topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
  }): Promise<{ responses: readonly TopicOffsets[] }>;
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: readonly {
      topic: string;
      partitions: readonly { partition: number; timestamp: number }[];
    }[];
  }): Promise<{ responses: readonly TopicOffsets[] }>;
  initProducerId(request: {
    transactionalId: string | null;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
}

export interface TopicOffsets {
  readonly topic: string;
  readonly partitions: readonly { partition: number; offset: string }[];
}

interface RawMessage {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<unknown>;
  };
  readonly response: {
    decode(payload: Buffer): Promise<unknown>;
    parse(decoded: unknown): Promise<unknown>;
  };
  readonly requestTimeout: number;
  readonly logResponseError: boolean;
}

/** A request in our own bytes: see wire/. */
export interface WireRequest<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly body: Buffer;
  readonly timeoutMs: number;
  decode(payload: Buffer): T;
}

interface EncoderInstance {
  buf: Buffer;
  offset: number;
}

interface RequestQueueInstance {
  pending: unknown[];
  readonly inflight: ReadonlyMap<
    number,
    { readonly sentAt: number | null; readonly requestTimeout: number; timeoutRequest(): void }
  >;
  readonly enforceRequestTimeout: boolean;
  requestTimeoutIntervalId: NodeJS.Timeout | undefined;
  isConnected(): boolean;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

type PoolBuilder = (options: Record<string, unknown>) => {
  build(address: { host: string; port: number }): Promise<BrokerConnection['connectionPool']>;
};

type KafkaJsLogger = { namespace(name: string): KafkaJsLogger };

const Encoder = require('kafkajs/src/protocol/encoder') as new (size?: number) => EncoderInstance;
const Broker = require('kafkajs/src/broker') as new (options: Record<string, unknown>) => BrokerConnection;
const connectionPoolBuilder = require('kafkajs/src/cluster/connectionPoolBuilder') as PoolBuilder;
const createSocketFactory = require('kafkajs/src/network/socketFactory') as () => unknown;
const loggers = require('kafkajs/src/loggers') as {
  createLogger(options: { level: logLevel; logCreator: logCreator }): KafkaJsLogger;
};
const protocolErrors = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
const RequestQueue = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueueInstance } & {
  prototype: { scheduleCheckPendingRequests(): void };
};

const CHECK_PENDING_MS = 10;
const CHECK_TIMEOUTS_MS = 100;

/**
 * kafkajs no longer looks at the clock once a connection counts as closed, and one that was opened again while it was being closed counts so
 * with requests on their way: those would never be answered, nor fail, and whoever waits for them would wait for ever. Here every request
 * ends, at its timeout at the latest.
 */
RequestQueue.prototype.scheduleRequestTimeoutCheck = function (this: RequestQueueInstance): void {
  clearInterval(this.requestTimeoutIntervalId);
  if (!this.enforceRequestTimeout) return;
  const check = (): void => {
    const nowMs = Date.now(); // oxlint-disable-line no-restricted-properties -- kafkajs keeps it in wall time
    for (const request of this.inflight.values()) {
      if (nowMs - (request.sentAt ?? nowMs) > request.requestTimeout) request.timeoutRequest();
    }
    if (!this.isConnected()) this.destroy();
  };
  // oxlint-disable-next-line no-restricted-globals -- inside kafkajs's own queue, which knows no clock
  this.requestTimeoutIntervalId = setInterval(check, CHECK_TIMEOUTS_MS);
};

RequestQueue.prototype.destroy = function (this: RequestQueueInstance): void {
  if (this.inflight.size === 0) clearInterval(this.requestTimeoutIntervalId);
  clearTimeout(this.throttleCheckTimeoutId ?? undefined);
  this.throttleCheckTimeoutId = null;
};

/**
 * kafkajs sets a timer after every response, with a negative delay when there is no throttling: Node 24 warns of it, and each request
 * pays for it. Only a queue that holds something needs the check.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueueInstance): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now(); // oxlint-disable-line no-restricted-properties -- kafkajs keeps it in wall time
  const check = (): void => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  };
  // oxlint-disable-next-line no-restricted-globals -- inside kafkajs's own queue, which knows no clock
  this.throttleCheckTimeoutId = setTimeout(check, Math.max(throttledMs, CHECK_PENDING_MS));
};

export interface ConnectOptions {
  readonly clientId: string;
  readonly security: KafkaSecurity;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly logCreator: logCreator;
}

/** Makes brokers that share one set of options; nothing is connected yet. */
export function brokerFactory(
  options: ConnectOptions,
): (address: { host: string; port: number }) => Promise<BrokerConnection> {
  const logger = loggers.createLogger({ level: logLevel.INFO, logCreator: options.logCreator });
  const pools = connectionPoolBuilder({
    socketFactory: createSocketFactory(),
    brokers: [],
    clientId: options.clientId,
    ...toKafkaJs(options.security),
    connectionTimeout: options.connectTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    enforceRequestTimeout: true,
    maxInFlightRequests: null,
    logger,
    reauthenticationThreshold: 10_000,
  });
  return async (address) =>
    new Broker({ connectionPool: await pools.build(address), logger, allowAutoTopicCreation: false });
}

/** Sends a request of our own and decodes its answer. @throws what kafkajs throws for connections, and what `decode` throws */
export async function sendRaw<T>(broker: BrokerConnection, message: WireRequest<T>): Promise<T> {
  const answer = await broker.connectionPool.send({
    request: {
      apiKey: message.apiKey,
      apiVersion: message.apiVersion,
      apiName: message.apiName,
      encode: () => Promise.resolve(encoderOf(message.body)),
    },
    response: {
      decode: (payload) => Promise.resolve({ answer: message.decode(payload) }),
      parse: (decoded) => Promise.resolve(decoded),
    },
    requestTimeout: message.timeoutMs,
    logResponseError: false,
  });
  return (answer as { answer: T }).answer;
}

function encoderOf(body: Buffer): EncoderInstance {
  const encoder = new Encoder(1);
  encoder.buf = body;
  encoder.offset = body.length;
  return encoder;
}

/** A KafkaJSProtocolError, or undefined for 0. */
export function protocolError(code: number): Error | undefined {
  return code === 0 ? undefined : protocolErrors.createErrorFromCode(code);
}
