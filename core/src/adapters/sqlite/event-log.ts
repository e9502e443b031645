import type {
  Consumer,
  EventLog,
  LogRecord,
  NewRecord,
  PartitionBounds,
  Position,
  Subscription,
} from '../../ports/event-log.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { TOPICS, type TopicSpec } from '../../runtime/topics.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { SqliteDatabase } from './database.ts';
import { GroupMember } from './group-member.ts';
import { LogRetention } from './log-retention.ts';
import { partitionFor, type PartitionLog, type TopicState } from './log-slots.ts';
import { LogStorage } from './log-storage.ts';
import { TopicTail } from './topic-tail.ts';

/** Of key, value and headers together; Kafka's own default. */
const RECORD_BYTES_MAX = 1024 * 1024;
const PENDING_BYTES_MAX = 256 * 1024 * 1024;

/** The event log in one SQLite file, for one process: the same topics, partitions, groups and retention as Kafka's through the port. */
export class SqliteEventLog implements EventLog {
  readonly #database: SqliteDatabase;
  readonly #storage: LogStorage;
  readonly #topics = new Map<string, TopicState>();
  readonly #groups = new Map<string, ConsumerGroup>();
  readonly #consumers = new Set<Consumer>();
  readonly #retention: LogRetention;
  #pendingBytes = 0;
  #closing: Promise<void> | undefined;

  private constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#storage = new LogStorage(database);
    this.#retention = new LogRetention(database, this.#topics);
  }

  /** Opens the log and makes the topics that are not there. Closing it does not close the database. */
  static async open(
    database: SqliteDatabase,
    topics: readonly TopicSpec[],
    partitions: number,
  ): Promise<SqliteEventLog> {
    const log = new SqliteEventLog(database);
    await log.ensureTopics(topics, partitions);
    log.#retention.start();
    return log;
  }

  /** @throws VitalwireError `rejected` where a topic is there with another number of partitions. */
  async ensureTopics(topics: readonly TopicSpec[], partitions: number): Promise<void> {
    for (const spec of topics) {
      if (this.#topics.has(spec.name)) continue;
      this.#topics.set(spec.name, await this.#storage.openTopic(spec, partitions));
    }
  }

  /** Removes what has outlived its topic's retention, and compacts; otherwise done every minute by the clock. */
  retain(): Promise<void> {
    return this.#retention.run();
  }

  append(records: readonly NewRecord[]): Promise<void> {
    let bytes = 0;
    const placed: { log: PartitionLog; record: LogRecord }[] = [];
    try {
      this.#assertOpen();
      for (const record of records) bytes += checkedSize(record);
      if (this.#pendingBytes + bytes > PENDING_BYTES_MAX) {
        throw new VitalwireError('overloaded', 'too many bytes wait to be appended', { retriable: true });
      }
      const logs = records.map((record) => partitionFor(this.#topic(record.topic), record));
      for (const [i, record] of records.entries()) {
        const log = logs[i] as PartitionLog;
        placed.push({ log, record: place(record, log) });
      }
    } catch (error) {
      return Promise.reject(error);
    }
    if (placed.length === 0) return Promise.resolve();
    return this.#store(placed, bytes);
  }

  async #store(placed: readonly { log: PartitionLog; record: LogRecord }[], bytes: number): Promise<void> {
    this.#pendingBytes += bytes;
    try {
      await this.#database.write(
        () => {
          for (const { log, record } of placed) this.#storage.insert(log.slot, record);
        },
        isPrompt(placed) ? 'prompt' : 'urgent',
        () => {
          for (const { log, record } of placed) log.appended(record);
          for (const log of new Set(placed.map((one) => one.log))) log.wake();
        },
      );
    } finally {
      this.#pendingBytes -= bytes;
    }
  }

  async consume(subscription: Subscription): Promise<Consumer> {
    this.#assertOpen();
    const topics = subscription.topics.map((name) => this.#topic(name));
    let group = this.#groups.get(subscription.group);
    if (!group) this.#groups.set(subscription.group, (group = new ConsumerGroup()));
    const member = new GroupMember(this.#storage, subscription, topics, group);
    this.#consumers.add(member);
    member.ended.then(
      () => this.#consumers.delete(member),
      () => undefined,
    );
    group.join(member);
    return member;
  }

  async tail(
    topic: string,
    handler: (records: readonly LogRecord[]) => Promise<void> | void,
  ): Promise<Consumer> {
    this.#assertOpen();
    const tail = new TopicTail(this.#storage, this.#topic(topic), handler);
    this.#consumers.add(tail);
    await tail.caughtUp;
    return tail;
  }

  async read(position: Position, maxRecords: number): Promise<readonly LogRecord[]> {
    this.#assertOpen();
    const log = this.#partition(position);
    return this.#storage.page(log, position.offset, maxRecords);
  }

  async bounds(topic: string): Promise<readonly PartitionBounds[]> {
    this.#assertOpen();
    return this.#topic(topic).partitions.map((log) => this.#storage.bounds(log));
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    this.#assertOpen();
    const state = this.#topic(topic);
    return this.#database.read(() => this.#storage.committed(group, state));
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#retention.stop();
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    // Writes are stored in order: behind this one lies every append that was accepted.
    await this.#database.write(() => undefined);
  }

  #assertOpen(): void {
    if (this.#closing) throw new VitalwireError('closed', 'the event log is closed', { retriable: false });
  }

  #topic(name: string): TopicState {
    const topic = this.#topics.get(name);
    if (!topic) throw new VitalwireError('rejected', `there is no topic ${name}`, { retriable: false });
    return topic;
  }

  #partition(position: Position): PartitionLog {
    const log = this.#topic(position.topic).partitions[position.partition];
    if (log) return log;
    throw new VitalwireError('rejected', `${position.topic} has no partition ${position.partition}`, {
      retriable: false,
    });
  }
}

/** Conditions are few, and each is somebody's alert: they do not wait for a group to gather. */
function isPrompt(placed: readonly { record: LogRecord }[]): boolean {
  return placed.some(({ record }) => record.topic === TOPICS.conditions.name);
}

function checkedSize(record: NewRecord): number {
  let bytes = Buffer.byteLength(record.key) + (record.value?.length ?? 0);
  for (const name in record.headers) bytes += name.length + (record.headers[name]?.length ?? 0);
  if (bytes <= RECORD_BYTES_MAX) return bytes;
  throw new VitalwireError(
    'rejected',
    `a record of ${bytes} bytes is too large: at most ${RECORD_BYTES_MAX}`,
    { retriable: false },
  );
}

/** The record as it will stand in the log; its value is copied, for the caller's may be part of a buffer that is used again. */
function place(record: NewRecord, log: PartitionLog): LogRecord {
  return {
    topic: record.topic,
    partition: log.partition,
    offset: log.allocate(),
    key: record.key,
    value: record.value && log.copy(record.value),
    headers: record.headers,
    timestampMs: record.timestampMs,
  };
}
