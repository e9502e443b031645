import type { StatementSync } from 'node:sqlite';
import type { LogRecord, PartitionBounds } from '../../ports/event-log.ts';
import { BytePool } from '../../runtime/byte-pool.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { TopicSpec } from '../../runtime/topics.ts';
import type { SqliteDatabase } from './database.ts';
import { PartitionLog, SLOT_MAX, lastRowId, offsetOf, rowId, type TopicState } from './log-slots.ts';

type RecordRow = [
  id: number,
  key: string,
  value: Uint8Array | null,
  headers: string | null,
  timestampMs: number,
];

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** The event log's tables and their statements. */
export class LogStorage {
  readonly clock: Clock;
  readonly #database: SqliteDatabase;
  readonly #insert: StatementSync;
  readonly #page: StatementSync;
  readonly #first: StatementSync;
  readonly #commit: StatementSync;
  readonly #committed: StatementSync;
  readonly #committedOne: StatementSync;

  constructor(database: SqliteDatabase) {
    this.clock = database.clock;
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO log_records VALUES (?, ?, ?, ?, ?)');
    this.#page = database.prepare(
      'SELECT id, key, value, headers, timestamp_ms FROM log_records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
    );
    this.#page.setReturnArrays(true);
    this.#first = database.prepare('SELECT min(id) AS id FROM log_records WHERE id >= ? AND id < ?');
    this.#commit = database.prepare(
      `INSERT INTO log_commits VALUES (?, ?, ?)
       ON CONFLICT (group_name, slot) DO UPDATE SET next_offset = excluded.next_offset`,
    );
    this.#committed = database.prepare(
      'SELECT slot, next_offset FROM log_commits WHERE group_name = ? AND slot BETWEEN ? AND ?',
    );
    this.#committedOne = database.prepare(
      'SELECT next_offset FROM log_commits WHERE group_name = ? AND slot = ?',
    );
  }

  /** The topic, made if it is not there. @throws VitalwireError `rejected` where it is there with another number of partitions. */
  async openTopic(spec: TopicSpec, partitions: number): Promise<TopicState> {
    const { firstSlot, found, floors } = await this.#database.write(() =>
      this.#ensureTopic(spec, partitions),
    );
    if (found !== partitions) {
      throw new VitalwireError(
        'rejected',
        `topic ${spec.name} has ${found} partitions, not ${partitions}: their number is fixed once a topic exists`,
        { retriable: false },
      );
    }
    const values = new BytePool();
    return {
      spec,
      partitions: Array.from({ length: partitions }, (_, partition) => {
        const slot = firstSlot + partition;
        return new PartitionLog(spec.name, partition, slot, this.#next(slot, floors.get(slot) ?? 0), values);
      }),
    };
  }

  #ensureTopic(
    spec: TopicSpec,
    partitions: number,
  ): { firstSlot: number; found: number; floors: Map<number, number> } {
    const select = this.#database.prepare('SELECT first_slot, partitions FROM log_topics WHERE name = ?');
    let row = select.get(spec.name);
    if (!row) {
      const last = this.#database
        .prepare('SELECT coalesce(max(first_slot + partitions), 0) AS next FROM log_topics')
        .get();
      const firstSlot = Number(last?.['next']);
      if (firstSlot + partitions > SLOT_MAX + 1) {
        throw new VitalwireError('rejected', `no room for ${partitions} more partitions`, {
          retriable: false,
        });
      }
      this.#database
        .prepare('INSERT INTO log_topics (name, first_slot, partitions) VALUES (?, ?, ?)')
        .run(spec.name, firstSlot, partitions);
      row = select.get(spec.name);
    }
    const firstSlot = Number(row?.['first_slot']);
    const found = Number(row?.['partitions']);
    const floors = this.#database
      .prepare('SELECT slot, next_offset FROM log_partitions WHERE slot BETWEEN ? AND ?')
      .all(firstSlot, firstSlot + found - 1);
    return {
      firstSlot,
      found,
      floors: new Map(floors.map((floor) => [Number(floor['slot']), Number(floor['next_offset'])])),
    };
  }

  #next(slot: number, floor: number): number {
    const row = this.#database
      .prepare('SELECT max(id) AS id FROM log_records WHERE id >= ? AND id <= ?')
      .get(rowId(slot, 0), lastRowId(slot));
    const last = row?.['id'];
    return typeof last === 'number' ? Math.max(floor, offsetOf(last) + 1) : floor;
  }

  /** Within a transaction. */
  insert(slot: number, record: LogRecord): void {
    const { offset, key, value, headers, timestampMs } = record;
    this.#insert.run(rowId(slot, offset), key, value, encodeHeaders(headers), timestampMs);
  }

  /** Durable records from `offset` on. */
  page(log: PartitionLog, offset: number, maxRecords: number): readonly LogRecord[] {
    const recent = log.recent(offset, maxRecords);
    if (recent) return recent;
    const from = rowId(log.slot, Math.max(0, offset));
    const rows = this.#page.all(from, rowId(log.slot, log.next), maxRecords) as unknown as RecordRow[];
    return rows.map(([id, key, value, headers, timestampMs]) => ({
      topic: log.topic,
      partition: log.partition,
      offset: offsetOf(id),
      key,
      value,
      headers: headers === null ? NO_HEADERS : (JSON.parse(headers) as Record<string, string>),
      timestampMs,
    }));
  }

  bounds(log: PartitionLog): PartitionBounds {
    const { next } = log;
    const id = this.#first.get(rowId(log.slot, 0), rowId(log.slot, next))?.['id'];
    return { partition: log.partition, first: typeof id === 'number' ? offsetOf(id) : next, next };
  }

  committed(group: string, topic: TopicState): ReadonlyMap<number, number> {
    const firstSlot = topic.partitions[0]?.slot ?? 0;
    const rows = this.#committed.all(group, firstSlot, firstSlot + topic.partitions.length - 1);
    return new Map(rows.map((row) => [Number(row['slot']) - firstSlot, Number(row['next_offset'])]));
  }

  committedOne(group: string, log: PartitionLog): number | undefined {
    const row = this.#committedOne.get(group, log.slot);
    return row ? Number(row['next_offset']) : undefined;
  }

  commit(group: string, log: PartitionLog, nextOffset: number): Promise<void> {
    return this.#database.write(() => void this.#commit.run(group, log.slot, nextOffset));
  }
}

function encodeHeaders(headers: Readonly<Record<string, string>>): string | null {
  for (const _ in headers) return JSON.stringify(headers);
  return null;
}
