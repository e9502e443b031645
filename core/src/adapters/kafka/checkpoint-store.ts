import { randomUUID } from 'node:crypto';
import type { Checkpoint, CheckpointStore } from '../../ports/checkpoint-store.ts';
import type { LogRecord, NewRecord } from '../../ports/event-log.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { newestWhole, toRecords, type StoredCheckpoint } from './checkpoint-slots.ts';
import { checkpointTopic } from './checkpoint-topic.ts';
import { Cluster } from './cluster.ts';
import { atStart } from './errors.ts';
import type { KafkaDeps } from './event-log.ts';
import { EARLIEST, LATEST, listOffset } from './offsets.ts';
import { readPage } from './partition-reader.ts';
import { PATIENCE_MS, persist } from './persist.ts';
import { Producer, type ProducerLimits } from './producer.ts';
import { requireTopics } from './require-topics.ts';
import type { KafkaSecurity } from './security.ts';
import { TopicDirectory } from './topic-directory.ts';

export interface KafkaCheckpointConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly security: KafkaSecurity;
  readonly limits: ProducerLimits;
}

/** How far back from its end a partition is read first; then ever farther, until a checkpoint is whole. */
const FIRST_WINDOW_RECORDS = 16;
const WINDOW_GROWTH = 4;
/** Chunks of one save on their way at a time. */
const CHUNKS_IN_FLIGHT = 4;
/** Two that met while writing do not begin again at the same moment: the longer they write, and the oftener they met, the farther apart. */
const MEETING_PAUSE_MS = 1_000;
const MEETINGS_COUNTED_MAX = 5;

/** Kept in one place by one process at a time; see docs/decisions/checkpoints-on-kafka.md. @throws VitalwireError `unavailable` */
export async function openKafkaCheckpointStore(
  config: KafkaCheckpointConfig,
  deps: KafkaDeps,
): Promise<CheckpointStore> {
  const { brokers, clientId, security } = config;
  const cluster = { brokers, clientId, security, logger: deps.logger };
  try {
    const producer = await Producer.open({ ...deps, cluster, limits: config.limits }, []);
    return new KafkaCheckpointStore(new Cluster(cluster), producer, deps);
  } catch (error) {
    throw atStart(error);
  }
}

/** What this process knows of a partition of a checkpoint topic. */
interface Known {
  readonly newest: StoredCheckpoint | undefined;
  /** The partition's end when this was so. */
  readonly end: number;
}

class KafkaCheckpointStore implements CheckpointStore {
  readonly #deps: KafkaDeps;
  readonly #cluster: Cluster;
  readonly #directory: TopicDirectory;
  readonly #producer: Producer;
  readonly #closing = new AbortController();
  /** Of the newest only the slot is needed: its state is not kept. */
  readonly #known = new Map<string, { readonly slot: 0 | 1 | undefined; readonly end: number }>();
  /** The last save of each partition: one waits for the one before it. */
  readonly #saving = new Map<string, Promise<void>>();
  #closed: Promise<void> | undefined;

  constructor(cluster: Cluster, producer: Producer, deps: KafkaDeps) {
    this.#cluster = cluster;
    this.#directory = new TopicDirectory(cluster);
    this.#producer = producer;
    this.#deps = deps;
  }

  async load(pipeline: string, partition: number): Promise<Checkpoint | undefined> {
    const topic = checkpointTopic(pipeline);
    const { newest, end } = await this.#persistently(topic, () => this.#find(topic, partition));
    this.#known.set(`${topic}/${partition}`, { slot: newest?.slot, end });
    return newest?.checkpoint;
  }

  save(pipeline: string, partition: number, checkpoint: Checkpoint): Promise<void> {
    const topic = checkpointTopic(pipeline);
    const name = `${topic}/${partition}`;
    const before = this.#saving.get(name) ?? Promise.resolve();
    const saved = before.catch(() => {}).then(() => this.#save(topic, partition, checkpoint));
    this.#saving.set(name, saved);
    return saved;
  }

  async #save(topic: string, partition: number, checkpoint: Checkpoint): Promise<void> {
    const { clock, logger } = this.#deps;
    for (let meetings = 0; ; meetings++) {
      const startedMs = clock.monotonic();
      const { slot: standing, end } = await this.#standing(topic, partition);
      const slot = standing === 0 ? 1 : 0;
      const records = toRecords(topic, slot, randomUUID(), checkpoint, clock.now());
      await this.#write(records, partition);
      const newEnd = await this.#end(topic, partition);
      if (newEnd === end + records.length) {
        this.#known.set(`${topic}/${partition}`, { slot, end: newEnd });
        return;
      }
      // Somebody who no longer owns the partition wrote at the same time, perhaps over this very checkpoint: look, and write again.
      logger.warn({ topic, partition }, 'another process wrote checkpoints of this partition');
      this.#known.delete(`${topic}/${partition}`);
      const pauseMsMax = meetingPauseMsMax(clock.monotonic() - startedMs, meetings);
      await clock.sleep(Math.random() * pauseMsMax, this.#closing.signal);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const patient = this.#deps.clock.sleep(PATIENCE_MS);
    await Promise.race([Promise.allSettled(this.#saving.values()), patient]);
    await this.#producer.close();
    this.#closing.abort();
    await this.#cluster.close();
  }

  /** The slot of the newest checkpoint and the partition's end, as they are now. */
  async #standing(
    topic: string,
    partition: number,
  ): Promise<{ readonly slot: 0 | 1 | undefined; readonly end: number }> {
    const end = await this.#end(topic, partition);
    const known = this.#known.get(`${topic}/${partition}`);
    if (known?.end === end) return known;
    const found = await this.#persistently(topic, () => this.#find(topic, partition));
    return { slot: found.newest?.slot, end: found.end };
  }

  async #write(records: readonly NewRecord[], partition: number): Promise<void> {
    for (let i = 0; i < records.length; i += CHUNKS_IN_FLIGHT) {
      const some = records.slice(i, i + CHUNKS_IN_FLIGHT);
      // The buffer is shared by all partitions' checkpoints; one that finds it full waits for its turn.
      await persist(this.#deps, 'checkpoint', this.#closing.signal, () =>
        this.#producer.append(some, partition),
      );
    }
  }

  #end(topic: string, partition: number): Promise<number> {
    return this.#persistently(topic, () =>
      listOffset(this.#cluster, this.#directory, { topic, partition }, LATEST),
    );
  }

  async #find(topic: string, partition: number): Promise<Known> {
    const at = { topic, partition };
    const first = await listOffset(this.#cluster, this.#directory, at, EARLIEST);
    const end = await listOffset(this.#cluster, this.#directory, at, LATEST);
    for (let window = FIRST_WINDOW_RECORDS; ; window *= WINDOW_GROWTH) {
      const from = Math.max(first, end - window);
      const found = newestWhole(await this.#read(topic, partition, from, end), from === first);
      if (found !== 'incomplete') return { newest: found, end };
    }
  }

  async #read(topic: string, partition: number, from: number, end: number): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (let offset = from; offset < end;) {
      const page = await readPage(this.#cluster, this.#directory, { topic, partition, offset });
      records.push(...page.records.filter((record) => record.offset < end));
      if (page.isEnd) break;
      offset = page.nextOffset;
    }
    return records;
  }

  #persistently<T>(topic: string, task: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      const closed = new VitalwireError('closed', 'Kafka: the checkpoint store is closed', {
        retriable: false,
      });
      return Promise.reject(closed);
    }
    let isStale = this.#directory.partitions(topic) === 0;
    return persist(this.#deps, 'checkpoint', this.#closing.signal, async () => {
      if (isStale) await requireTopics(this.#directory, [topic]);
      isStale = true;
      return task();
    });
  }
}

/** A pause shorter than a save would have two that write 30 MB on a busy machine meet again and again. */
const meetingPauseMsMax = (saveMs: number, meetings: number): number =>
  Math.max(MEETING_PAUSE_MS, saveMs * 2 ** Math.min(meetings, MEETINGS_COUNTED_MAX));
