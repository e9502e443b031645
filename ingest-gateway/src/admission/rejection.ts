import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';

/** Why a message is kept in `vitals.rejected` instead of being accepted: a closed set, which is the metric's label. */
export const REJECTION_REASONS = [
  'not_protobuf',
  'wrong_device',
  'wrong_region',
  'wrong_topic',
  'implausible_value',
  'not_a_number',
  'future_timestamp',
  'too_old',
  'empty_reading',
  'missing_patient',
  'oversized',
  'batch_too_large',
  'bad_status',
  'sequence_out_of_range',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

export interface Rejection {
  readonly reason: RejectionReason;
  /** What exactly, for the engineer who looks into it; never a patient's name or id. */
  readonly detail: string;
  /** The message, or the one reading of a batch, as received. */
  readonly payload: Uint8Array;
}

/** A topic or an identity that is not the device's: what counts towards refusing it. */
export const isMisuse = (reason: RejectionReason): boolean =>
  reason === 'wrong_topic' || reason === 'wrong_device' || reason === 'wrong_region';

/** `topic` as published; the header keeps its first `maxTopicLength` characters. */
export function rejectedRecord(
  rejection: Rejection,
  source: { readonly topic: string; readonly deviceId: string; readonly receivedAtMs: number },
  maxTopicLength: number,
): NewRecord {
  return {
    topic: TOPICS.rejected.name,
    key: source.deviceId,
    value: rejection.payload,
    headers: {
      reason: rejection.reason,
      topic: source.topic.slice(0, maxTopicLength),
      detail: rejection.detail,
    },
    timestampMs: source.receivedAtMs,
  };
}
