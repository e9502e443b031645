/** Records and checkpoints as a bug would make of them. */
import { deserialize } from 'node:v8';
import { decodeCondition, encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import { decodeRiskScore } from '@vitalwire/core/clinical/risk-score-codec.ts';
import type { Checkpoint } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { LogRecord, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodeReading, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import {
  decodeState,
  encodeStateAtOnce,
  type StoredState,
} from '@vitalwire/stream-processors/runtime/checkpoint-codec.ts';

export function renamed(record: LogRecord, count: number): LogRecord {
  const reading = decodeReading(record.value ?? new Uint8Array());
  return { ...record, value: encodeReading({ ...reading, bootId: count }) };
}

export function ofPartitionZero(record: LogRecord): LogRecord {
  const share = JSON.parse(Buffer.from(record.value ?? new Uint8Array()).toString()) as object;
  return { ...record, value: Buffer.from(JSON.stringify({ ...share, partition: 0 })) };
}

export function asIfItWereNow(record: NewRecord): NewRecord {
  if (record.topic !== TOPICS.conditions.name) return record;
  const condition = decodeCondition(record.value ?? new Uint8Array());
  if (condition.historical === undefined) return record;
  return { ...record, value: encodeCondition({ ...condition, event: 'began', historical: undefined }) };
}

const QUARTER_MS = 900_000;

/** Not older than a row that was written before; a quarter's own row always is. */
export function isNewestScore({ topic, key, value }: NewRecord, newest: Map<string, number>): boolean {
  if (topic !== TOPICS.riskScores.name) return true;
  const { atMs } = decodeRiskScore(value ?? new Uint8Array());
  if (atMs % QUARTER_MS === 0) return true;
  if (atMs < (newest.get(key) ?? Number.NEGATIVE_INFINITY)) return false;
  newest.set(key, atMs);
  return true;
}

export function asIfHigh(record: NewRecord): NewRecord {
  if (record.topic !== TOPICS.conditions.name) return record;
  const condition = decodeCondition(record.value ?? new Uint8Array());
  if (condition.type !== 'early_warning_score') return record;
  return { ...record, value: encodeCondition({ ...condition, priority: 'high' }) };
}

export function withoutMarks(record: LogRecord): LogRecord {
  const reading = decodeReading(record.value ?? new Uint8Array());
  return { ...record, value: encodeReading({ ...reading, validity: NO_MARKS }) };
}

export function withoutPanes(checkpoint: Checkpoint): Checkpoint {
  return changed<{ patients: Map<string, { panes: unknown }> }>(checkpoint, (stored) => {
    for (const patient of stored.state.patients.values()) patient.panes = null;
    return stored;
  });
}

export function withoutUnstored(checkpoint: Checkpoint): Checkpoint {
  return changed(checkpoint, (stored) => ({ ...stored, unstored: undefined }));
}

function changed<State>(
  checkpoint: Checkpoint,
  change: (stored: StoredState<State, unknown>) => StoredState<State, unknown>,
): Checkpoint {
  const { version } = deserialize(checkpoint.state) as { version: number };
  const stored = decodeState<State, unknown>(checkpoint.state, version);
  return stored ? { ...checkpoint, state: encodeStateAtOnce(change(stored)) } : checkpoint;
}
