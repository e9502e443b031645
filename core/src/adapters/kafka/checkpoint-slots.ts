import type { Checkpoint } from '../../ports/checkpoint-store.ts';
import type { LogRecord, NewRecord } from '../../ports/event-log.ts';

/** Below the least a topic takes by default (1 MiB), with room for headers. */
const CHUNK_BYTES = 500_000;

/** A checkpoint is written over the older of two, so that the newer stands until the new one is whole. */
export type Slot = 0 | 1;

export interface StoredCheckpoint {
  readonly slot: Slot;
  readonly checkpoint: Checkpoint;
}

/**
 * A checkpoint as the records that hold it, in the order they are to be written: chunks under the keys `slot/index`, each naming the
 * checkpoint (`id`) and how many there are.
 */
export function toRecords(
  topic: string,
  slot: Slot,
  id: string,
  { nextOffset, state }: Checkpoint,
  timestampMs: number,
): readonly NewRecord[] {
  const count = Math.max(1, Math.ceil(state.length / CHUNK_BYTES));
  const headers = { id, count: String(count), next_offset: String(nextOffset) };
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key: `${slot}/${index}`,
    value: state.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
    headers,
    timestampMs,
  }));
}

/**
 * The newest checkpoint that is whole among a partition's newest records. Only the newest record of each key counts, so that the answer
 * is the same before and after the topic is compacted. `incomplete`: a newer one may be whole together with earlier records, which there
 * are unless `areAll`.
 */
export function newestWhole(
  records: readonly LogRecord[],
  areAll: boolean,
): StoredCheckpoint | 'incomplete' | undefined {
  const byKey = new Map<string, LogRecord>();
  for (const record of records) byKey.set(record.key, record);
  const lasts = [...byKey.values()]
    .filter((record) => Number(record.key.slice(2)) === Number(record.headers['count']) - 1)
    .sort((a, b) => b.offset - a.offset);
  for (const last of lasts) {
    const slot = last.key.startsWith('0') ? 0 : 1;
    const count = Number(last.headers['count']);
    const chunks = Array.from({ length: count }, (_, index) => byKey.get(`${slot}/${index}`));
    if (!areAll && chunks.includes(undefined)) return 'incomplete';
    if (chunks.some((chunk) => chunk?.headers['id'] !== last.headers['id'])) continue;
    const state = Buffer.concat(chunks.map((chunk) => chunk?.value ?? new Uint8Array()));
    return { slot, checkpoint: { nextOffset: Number(last.headers['next_offset']), state } };
  }
  return areAll ? undefined : 'incomplete';
}
