import type {
  Consumer,
  EventLog,
  LogRecord,
  NewRecord,
  PartitionBounds,
  Position,
  Subscription,
} from '../../ports/event-log.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { Cluster } from './cluster.ts';
import { atStart, toVitalwireError } from './errors.ts';
import { GroupConsumer, type ConsumerOptions } from './group-consumer.ts';
import { committedOffsets, type GroupTimeouts } from './group-member.ts';
import type { KafkaMetrics } from './metrics.ts';
import { listBounds } from './offsets.ts';
import { readPage } from './partition-reader.ts';
import { persistAWhile } from './persist.ts';
import { DEFAULT_LIMITS, Producer, type ProducerLimits } from './producer.ts';
import { requireTopics } from './require-topics.ts';
import { NO_SECURITY, type KafkaSecurity } from './security.ts';
import { Tail } from './tail.ts';
import { TopicDirectory } from './topic-directory.ts';

export interface KafkaEventLogConfig {
  /** host:port of some brokers (`KAFKA_BROKERS`). */
  readonly brokers: readonly string[];
  /** Names this process in the brokers' logs and quotas. */
  readonly clientId: string;
  readonly security: KafkaSecurity;
  /** Topics that must be there. */
  readonly topics: readonly string[];
  readonly timeouts: GroupTimeouts;
  readonly limits: ProducerLimits;
}

export const DEFAULT_TIMEOUTS: GroupTimeouts = { sessionMs: 6_000, rebalanceMs: 30_000, heartbeatMs: 500 };

export const KAFKA_DEFAULTS = {
  timeouts: DEFAULT_TIMEOUTS,
  limits: DEFAULT_LIMITS,
  security: NO_SECURITY,
} as const;

export interface KafkaDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `kafkaMetrics`, one for all that is opened in a process. */
  readonly metrics: KafkaMetrics;
}

/**
 * The event log on Kafka (brokers 2.4 to 4.x). Sees records of transactions before they are committed: nothing in Vitalwire uses them.
 * @throws VitalwireError `unavailable` where no broker answers for 10 s, `rejected` where a topic does not exist
 */
export async function openKafkaEventLog(config: KafkaEventLogConfig, deps: KafkaDeps): Promise<EventLog> {
  const { clock, logger, metrics } = deps;
  const { brokers, clientId, security, timeouts, limits } = config;
  const options: ConsumerOptions = {
    cluster: { brokers, clientId, security, logger },
    timeouts,
    clock,
    logger,
    metrics,
  };
  const cluster = new Cluster(options.cluster);
  const directory = new TopicDirectory(cluster);
  try {
    await persistAWhile(options, 'connect', () => requireTopics(directory, config.topics));
    const producer = await Producer.open({ ...options, limits }, config.topics);
    return new KafkaEventLog(options, cluster, directory, producer);
  } catch (error) {
    await cluster.close();
    throw atStart(error);
  }
}

class KafkaEventLog implements EventLog {
  readonly #options: ConsumerOptions;
  /** For questions; producers and consumers have connections of their own, so that nothing waits behind a long poll. */
  readonly #cluster: Cluster;
  readonly #directory: TopicDirectory;
  readonly #producer: Producer;
  readonly #consumers = new Set<Consumer>();
  #closing: Promise<void> | undefined;

  constructor(options: ConsumerOptions, cluster: Cluster, directory: TopicDirectory, producer: Producer) {
    this.#options = options;
    this.#cluster = cluster;
    this.#directory = directory;
    this.#producer = producer;
  }

  append(records: readonly NewRecord[]): Promise<void> {
    return this.#producer.append(records, undefined);
  }

  consume(subscription: Subscription): Promise<Consumer> {
    return this.#keep(() => GroupConsumer.join(subscription, this.#options));
  }

  tail(topic: string, handler: (records: readonly LogRecord[]) => Promise<void> | void): Promise<Consumer> {
    return this.#keep(() => Tail.follow(topic, handler, this.#options));
  }

  async read(position: Position, maxRecords: number): Promise<readonly LogRecord[]> {
    return this.#asking('read', position.topic, async () => {
      const records: LogRecord[] = [];
      for (let offset = position.offset; records.length < maxRecords;) {
        const page = await readPage(this.#cluster, this.#directory, { ...position, offset });
        records.push(...page.records);
        if (page.isEnd) break;
        offset = page.nextOffset;
      }
      return records.slice(0, maxRecords);
    });
  }

  bounds(topic: string): Promise<readonly PartitionBounds[]> {
    return this.#asking('bounds', topic, () => listBounds(this.#cluster, this.#directory, topic));
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    return this.#asking('committed', topic, async () => {
      const partitions = Array.from({ length: this.#directory.partitions(topic) }, (_, partition) => ({
        topic,
        partition,
      }));
      const coordinator = await this.#cluster.coordinator(group);
      const offsetOf = await committedOffsets(coordinator, group, partitions);
      const offsets = new Map<number, number>();
      for (const partition of partitions) {
        const offset = offsetOf(partition);
        if (offset !== undefined) offsets.set(partition.partition, offset);
      }
      return offsets;
    });
  }

  async ping(): Promise<void> {
    try {
      await this.#cluster.topics([]);
    } catch (error) {
      throw toVitalwireError(error, 'ping');
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    await this.#producer.close();
    await this.#cluster.close();
  }

  async #keep(start: () => Promise<Consumer>): Promise<Consumer> {
    if (this.#closing) throw closed();
    const consumer = await start();
    if (this.#closing) {
      await consumer.stop();
      throw closed();
    }
    this.#consumers.add(consumer);
    return {
      failed: consumer.failed,
      stop: async () => {
        await consumer.stop();
        this.#consumers.delete(consumer);
      },
    };
  }

  /** Leaders move: each attempt after the first asks who leads now. */
  #asking<T>(operation: string, topic: string, question: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(closed());
    let isStale = this.#directory.partitions(topic) === 0;
    return persistAWhile(this.#options, operation, async () => {
      if (isStale) await requireTopics(this.#directory, [topic]);
      isStale = true;
      return question();
    });
  }
}

const closed = (): VitalwireError =>
  new VitalwireError('closed', 'Kafka: the event log is closed', { retriable: false });
