import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StatementSync } from 'node:sqlite';
import type { Cancel } from '../../runtime/clock.ts';
import type { SqliteDatabase } from './database.ts';
import { lastRowId, offsetOf, rowId, type PartitionLog, type TopicState } from './log-slots.ts';

const PERIOD_MS = 60_000;
/** Records looked at, or removed, before others get a turn. */
const STEP_RECORDS = 500;
/** How long a deletion of a key stays, for those who follow the topic to see it: Kafka's own default. */
const TOMBSTONE_MS = 24 * 3_600_000;

type Entry = [id: number, key: string, deletion: number, timestampMs: number];

/**
 * Removes what has outlived its topic's retention, in small steps between other work. By time, as Kafka does it: from the beginning of a
 * partition up to the first record that is young enough. Compaction leaves the newest record of each key, and of a deleted key nothing
 * after a day.
 */
export class LogRetention {
  readonly #database: SqliteDatabase;
  readonly #topics: ReadonlyMap<string, TopicState>;
  readonly #oldest: StatementSync;
  readonly #entries: StatementSync;
  readonly #deleteRange: StatementSync;
  readonly #deleteOne: StatementSync;
  readonly #floor: StatementSync;
  /** Where each partition ended when it was last compacted, by slot. */
  readonly #compacted = new Map<number, number>();
  #cancel: Cancel | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;

  constructor(database: SqliteDatabase, topics: ReadonlyMap<string, TopicState>) {
    this.#database = database;
    this.#topics = topics;
    const range = 'FROM log_records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?';
    this.#oldest = database.prepare(`SELECT id, timestamp_ms ${range}`);
    this.#entries = database.prepare(`SELECT id, key, value IS NULL, timestamp_ms ${range}`);
    this.#entries.setReturnArrays(true);
    this.#deleteRange = database.prepare('DELETE FROM log_records WHERE id BETWEEN ? AND ?');
    this.#deleteOne = database.prepare('DELETE FROM log_records WHERE id = ?');
    this.#floor = database.prepare(
      `INSERT INTO log_partitions VALUES (?, ?)
       ON CONFLICT (slot) DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)`,
    );
  }

  start(): void {
    this.#cancel = this.#database.clock.every(PERIOD_MS, () => {
      this.run().catch((error: unknown) => {
        this.#database.logger.error({ err: error }, 'retention of the event log failed');
      });
    });
  }

  /** One pass over all partitions; a call during a pass joins it. */
  run(): Promise<void> {
    return (this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    }));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancel?.();
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    for (const { spec, partitions } of this.#topics.values()) {
      for (const log of partitions) {
        if (spec.retention.kind === 'time') await this.#expire(log, spec.retention.ms);
        else await this.#compact(log);
      }
    }
  }

  async #expire(log: PartitionLog, keptMs: number): Promise<void> {
    const beforeMs = this.#database.clock.now() - keptMs;
    for (let more = true; more && !this.#stopping; await nextTurn()) {
      const rows = this.#oldest.all(rowId(log.slot, 0), rowId(log.slot, log.next), STEP_RECORDS);
      const young = rows.findIndex((row) => Number(row['timestamp_ms']) >= beforeMs);
      const last = rows[(young < 0 ? rows.length : young) - 1];
      more = young < 0 && last !== undefined;
      if (!last) return;
      const lastId = Number(last['id']);
      const { next } = log;
      await this.#database.write(() => {
        this.#floor.run(log.slot, next);
        this.#deleteRange.run(rowId(log.slot, 0), lastId);
      }, 'bulk');
      log.forget(offsetOf(lastId) + 1);
    }
  }

  async #compact(log: PartitionLog): Promise<void> {
    const { next } = log;
    if (this.#compacted.get(log.slot) === next) return;
    const stale = await this.#staleIds(log, next);
    for (let i = 0; i < stale.length && !this.#stopping; i += STEP_RECORDS) {
      const ids = stale.slice(i, i + STEP_RECORDS);
      await this.#database.write(() => {
        this.#floor.run(log.slot, next);
        for (const id of ids) this.#deleteOne.run(id);
      }, 'bulk');
    }
    if (!this.#stopping) this.#compacted.set(log.slot, next);
  }

  /** Records whose key has a newer one, and deletions that everyone has had time to see. */
  async #staleIds(log: PartitionLog, next: number): Promise<number[]> {
    const stale: number[] = [];
    const newest = new Map<string, { readonly id: number; readonly deletedMs: number | undefined }>();
    const end = Math.min(rowId(log.slot, next), lastRowId(log.slot));
    for (let from = rowId(log.slot, 0); !this.#stopping; await nextTurn()) {
      const rows = this.#entries.all(from, end, STEP_RECORDS) as unknown as Entry[];
      for (const [id, key, deletion, timestampMs] of rows) {
        const older = newest.get(key);
        if (older) stale.push(older.id);
        newest.set(key, { id, deletedMs: deletion === 1 ? timestampMs : undefined });
      }
      if (rows.length < STEP_RECORDS) break;
      from = (rows.at(-1)?.[0] ?? from) + 1;
    }
    const beforeMs = this.#database.clock.now() - TOMBSTONE_MS;
    for (const { id, deletedMs } of newest.values()) {
      if (deletedMs !== undefined && deletedMs < beforeMs) stale.push(id);
    }
    return stale;
  }
}
