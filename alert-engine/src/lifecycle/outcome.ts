import type { Alert, AlertEvent, AlertEventKind } from '@vitalwire/core/alarms/alert.ts';

/** What a step came to: one change to store, nothing to do, or a move that is not allowed. */
export type Outcome =
  | { readonly kind: 'applied'; readonly event: AlertEvent }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason }
  | { readonly kind: 'refused'; readonly reason: RefusedReason };

export type IgnoredReason =
  /** This revision of the condition, or a later one, was applied before. */
  | 'replayed'
  /** Another condition has taken the alert over since. */
  | 'superseded'
  /** The condition ends, and no alert ever stood for it. */
  | 'unknown_condition'
  /** The alert is resolved, and resolved is for ever. */
  | 'closed'
  /** It is already so. */
  | 'already'
  /** The timer was set anew, or taken away, since it was read. */
  | 'not_due'
  /** Nobody further is told: the chain has become shorter since the timer was set. */
  | 'chain_ended';

/** The patient's condition is still there: closing the alert by hand would silence it for good. */
export type RefusedReason = 'condition_present';

export const SYSTEM = 'system';

export const ignored = (reason: IgnoredReason): Outcome => ({ kind: 'ignored', reason });
export const refused = (reason: RefusedReason): Outcome => ({ kind: 'refused', reason });

export interface Change {
  readonly event: AlertEventKind;
  readonly actor: string;
  readonly atMs: number;
  readonly reason: string | undefined;
  readonly changes: Partial<Omit<Alert, 'id' | 'version' | 'patientId' | 'region' | 'type' | 'kind'>>;
}

/** The alert one version on. */
export function applied(alert: Alert, change: Change): Outcome {
  const { event, actor, atMs, reason, changes } = change;
  return {
    kind: 'applied',
    event: {
      event,
      actor,
      atMs,
      reason,
      alert: { ...alert, ...changes, version: alert.version + 1 },
    },
  };
}
