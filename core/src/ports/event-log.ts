/**
 * The event log: topics of ordered, durable, keyed records, as Kafka has them. The gateway appends, pipelines and the alert engine
 * consume; whatever crosses components crosses here.
 */
export interface EventLog {
  /**
   * Appends records, each to the partition its key names (`partitionOf`). Resolves once all are durable: on every in-sync replica, or
   * past fsync. Records of one key keep the order of the calls, and of the array within a call, also when calls overlap and after
   * internal retries. While the engine is away it goes on trying; the caller bounds what is in flight.
   * @throws VitalwireError `overloaded` (its own buffer is full: retry), `rejected` (record too large, unknown topic), `closed`.
   */
  append(records: readonly NewRecord[]): Promise<void>;

  /**
   * Joins a consumer group: the partitions of its topics are shared among the group's members, each partition with one member at a
   * time. Resolves once joined; assignments follow. A member that stops or dies hands its partitions to the others.
   */
  consume(subscription: Subscription): Promise<Consumer>;

  /**
   * Follows every partition of a topic without a group, from its first retained record on: for those who materialise a compacted topic.
   * Resolves once everything that was there at the time of the call was handled. Records come in partition order, one batch at a time;
   * a handler that rejects ends the tail: `tail` itself rejects with its error while it handles what was there, `Consumer.failed` afterwards.
   */
  tail(topic: string, handler: (records: readonly LogRecord[]) => Promise<void> | void): Promise<Consumer>;

  /**
   * Records from an offset on (at most `maxRecords`, oldest first; fewer or none at the end; where the offset is no longer retained, from
   * the first retained). Offsets may have holes.
   */
  read(position: Position, maxRecords: number): Promise<readonly LogRecord[]>;

  /** First retained and next offset of every partition of a topic; `first === next` where it is empty. */
  bounds(topic: string): Promise<readonly PartitionBounds[]>;

  /** How far a group committed, by partition; partitions it never committed are left out. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, number>>;

  /** Resolves when the engine answers. @throws VitalwireError `unavailable` */
  ping(): Promise<void>;

  /** Flushes what was accepted, leaves groups, releases the engine. Idempotent. */
  close(): Promise<void>;
}

export interface NewRecord {
  readonly topic: string;
  readonly key: string;
  /** null deletes the key from a compacted topic. */
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Unix ms: when the record's sender received or made it. */
  readonly timestampMs: number;
}

export interface LogRecord extends NewRecord {
  readonly partition: number;
  /** Grows along the partition, not necessarily by one. */
  readonly offset: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface Position extends TopicPartition {
  readonly offset: number;
}

export interface PartitionBounds {
  readonly partition: number;
  readonly first: number;
  readonly next: number;
}

export interface Subscription {
  readonly group: string;
  readonly topics: readonly string[];
  /** Upper bound of a batch. */
  readonly maxBatchRecords: number;
  /**
   * Called when a partition becomes this member's, before any of its records; may restore state meanwhile. A rejection fails the
   * consumer.
   */
  assigned(partition: TopicPartition, group: GroupPartition): Promise<PartitionTask>;
}

/** What the group lets a task do with its partition. */
export interface GroupPartition {
  /** Where the group stands: the next offset to read, or undefined if it never committed. */
  readonly committed: number | undefined;
  /**
   * Records that everything before `nextOffset` has had its effects stored. Nothing else moves the group's offset.
   * @throws VitalwireError `superseded` when the partition has moved to another member.
   */
  commit(nextOffset: number): Promise<void>;
}

/** The work on one partition, from assignment to release. */
export interface PartitionTask {
  /** The first offset wanted. One that is no longer retained means the first retained; undefined means the first retained. */
  readonly startAt: number | undefined;
  /**
   * Handles records in order; not called again until it resolved, so a slow task holds back its partition (and memory) and no other.
   * A rejection fails the consumer: nothing is skipped, and this task is not released, for what it holds is not whole.
   */
  process(records: readonly LogRecord[]): Promise<void>;
  /** The partition is being taken away, or the consumer stops: store and commit what is done. `process` is not running and not called again. */
  release(): Promise<void>;
}

export interface Consumer {
  /** Never resolves; rejects with the error of a task or of the engine that ended this consumer. */
  readonly failed: Promise<never>;
  /** Lets the running batches end, releases every task, leaves the group. Idempotent. */
  stop(): Promise<void>;
}
