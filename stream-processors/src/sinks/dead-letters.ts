import type { EventLog, LogRecord, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { Attempt } from '../runtime/attempt.ts';
import type { PipelineName } from '../runtime/topology.ts';

/** `decode`: the value is no reading; `operator`: a reading that an operator could not process. */
export type DeadLetterReason = 'decode' | 'operator';

export interface DeadLetter {
  readonly record: LogRecord;
  readonly reason: DeadLetterReason;
  readonly error: unknown;
}

const DETAIL_CHARACTERS_MAX = 500;

/** Puts records that cannot be processed aside with where they came from and why; (pipeline, topic, partition, offset) names one. */
export async function storeDeadLetters(
  log: EventLog,
  pipeline: PipelineName,
  letters: readonly DeadLetter[],
  attempt: Attempt,
): Promise<void> {
  const records = letters.map(({ record, reason, error }): NewRecord => ({
    topic: TOPICS.deadLetters.name,
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      reason,
      detail: messageOf(error).slice(0, DETAIL_CHARACTERS_MAX),
      pipeline,
      topic: record.topic,
      partition: String(record.partition),
      offset: String(record.offset),
    },
    timestampMs: record.timestampMs,
  }));
  await attempt('dead_letters', () => log.append(records));
}
