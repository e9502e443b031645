import { logLevel, type logCreator } from 'kafkajs';
import { messageOf, VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { settingBehind } from './errors.ts';
import {
  brokerFactory,
  protocolError,
  sendRaw,
  type BrokerAddress,
  type BrokerConnection,
} from './kafkajs-internals.ts';
import type { KafkaSecurity } from './security.ts';
import { metadataRequest, type TopicMetadata } from './wire/metadata.ts';

export interface ClusterOptions {
  /** host:port of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly security: KafkaSecurity;
  readonly logger: Logger;
}

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
const GROUP_COORDINATOR = 0;

interface Node {
  readonly address: BrokerAddress;
  readonly connection: BrokerConnection;
}

/**
 * Connections to the brokers of one cluster, made when first needed and made again when lost. Every call is one attempt: who retries,
 * and for how long, is the caller's to know.
 */
export class Cluster {
  readonly #connect: (address: { host: string; port: number }) => Promise<BrokerConnection>;
  readonly #seeds: readonly { host: string; port: number }[];
  #nextSeed = 0;
  readonly #nodes = new Map<number, Node>();
  /** A connection counts as connected to kafkajs as soon as its socket is, before it knows what the broker speaks. */
  readonly #connecting = new Map<BrokerConnection, Promise<void>>();
  #seed: BrokerConnection | undefined;
  #closed = false;

  constructor(options: ClusterOptions) {
    this.#connect = brokerFactory({
      clientId: options.clientId,
      security: options.security,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      logCreator: logTo(options.logger),
    });
    this.#seeds = options.brokers.map(parseAddress);
  }

  /** The broker of this id, connected. */
  async broker(nodeId: number): Promise<BrokerConnection> {
    const node = this.#nodes.get(nodeId);
    if (!node) throw away(`Kafka: broker ${nodeId} is not known`);
    return this.#connected(node.connection);
  }

  /** Any broker that can be reached. */
  async anyBroker(): Promise<BrokerConnection> {
    const known = [...this.#nodes.values()].map((node) => node.connection);
    for (const connection of known.filter((candidate) => this.#isUsable(candidate))) return connection;
    for (const connection of known) {
      try {
        return await this.#connected(connection);
      } catch {
        // The next one may answer; if none does, the addresses may be old, and the seeds know better.
      }
    }
    return this.#seedBroker();
  }

  async topics(names: readonly string[]): Promise<readonly TopicMetadata[]> {
    const metadata = await sendRaw(await this.anyBroker(), metadataRequest(names));
    await this.#learn(metadata.brokers);
    return metadata.topics;
  }

  /** The broker that keeps the group. */
  async coordinator(group: string): Promise<BrokerConnection> {
    const any = await this.anyBroker();
    const { coordinator } = await any.findGroupCoordinator({
      groupId: group,
      coordinatorType: GROUP_COORDINATOR,
    });
    await this.#learn([coordinator]);
    return this.broker(coordinator.nodeId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connections = [...this.#nodes.values()].map((node) => node.connection);
    if (this.#seed) connections.push(this.#seed);
    this.#nodes.clear();
    await Promise.allSettled(connections.map((connection) => connection.disconnect()));
  }

  async #connected(connection: BrokerConnection): Promise<BrokerConnection> {
    if (this.#closed) {
      throw new VitalwireError('closed', 'Kafka: the connection is closed', { retriable: false });
    }
    if (this.#isUsable(connection)) return connection;
    const connecting = this.#connecting.get(connection) ?? this.#handshake(connection);
    await connecting;
    return connection;
  }

  #isUsable(connection: BrokerConnection): boolean {
    return connection.isConnected() && !this.#connecting.has(connection);
  }

  #handshake(connection: BrokerConnection): Promise<void> {
    const connecting = (async () => {
      try {
        await connection.connect();
      } catch (error) {
        // Half a handshake would pass for a whole one; kafkajs cannot make the other half up for.
        if (connection.connectionPool.isConnected()) this.#discard(connection);
        throw error;
      } finally {
        this.#connecting.delete(connection);
      }
    })();
    this.#connecting.set(connection, connecting);
    return connecting;
  }

  /** Not waited for, nor used again: a connection that is being closed cannot be opened safely. */
  #discard(connection: BrokerConnection): void {
    for (const [nodeId, node] of this.#nodes) if (node.connection === connection) this.#nodes.delete(nodeId);
    if (this.#seed === connection) this.#seed = undefined;
    void connection.disconnect().catch(() => {});
  }

  async #seedBroker(): Promise<BrokerConnection> {
    if (this.#seed && this.#isUsable(this.#seed)) return this.#seed;
    const problems: string[] = [];
    let setting: string | undefined;
    for (let tried = 0; tried < this.#seeds.length; tried++) {
      const address = this.#seeds[this.#nextSeed++ % this.#seeds.length]!;
      const connection = await this.#connect(address);
      try {
        this.#seed = await this.#connected(connection);
        return this.#seed;
      } catch (error) {
        problems.push(`${address.host}:${address.port}: ${messageOf(error)}`);
        setting ??= settingBehind(error);
        await connection.disconnect();
      }
    }
    const reason = `Kafka: no broker answers (${problems.join('; ')})`;
    throw away(setting ? `${setting}: ${reason}` : reason);
  }

  async #learn(brokers: readonly BrokerAddress[]): Promise<void> {
    for (const address of brokers) {
      const known = this.#nodes.get(address.nodeId);
      if (known && known.address.host === address.host && known.address.port === address.port) continue;
      this.#nodes.set(address.nodeId, { address, connection: await this.#connect(address) });
      if (known) void known.connection.disconnect();
    }
  }
}

/** Whether a topic's metadata says it exists. @throws what the broker said, where that is neither yes nor no */
export function exists(metadata: TopicMetadata): boolean {
  if (metadata.errorCode === 0) return metadata.leaders.length > 0;
  const error = protocolError(metadata.errorCode)!;
  if ('type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return false;
  throw error;
}

function away(message: string): VitalwireError {
  return new VitalwireError('unavailable', message, { retriable: true });
}

function parseAddress(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new VitalwireError('rejected', `KAFKA_BROKERS: "${text}" is not host:port`, {
      retriable: false,
    });
  }
  return { host: text.slice(0, colon), port };
}

/** kafkajs logs every lost connection as an error of its own; here the caller decides what is one. */
export function logTo(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const fields = { kafkajs: namespace, broker: log['broker'] as unknown };
      if (level === logLevel.ERROR || level === logLevel.WARN) logger.debug(fields, log.message);
      else logger.trace(fields, log.message);
    };
}
