import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { Recipient } from '../../escalation/settings.ts';

/** Somebody may have to be told of an alert's change. */
export interface Notification {
  readonly event: AlertEvent;
  readonly recipient: Recipient;
}

/** Who is left, and who is not told, with the reason: a word that is counted. */
export interface Staged {
  readonly kept: readonly Notification[];
  readonly dropped: readonly { readonly notification: Notification; readonly reason: DropReason }[];
}

export type DropReason =
  'test_mode' | 'nothing_new' | 'other_step' | 'other_ward' | 'grouped' | 'rate_limited';

/** One rule a file: given who might be told, says who is left. Pure but for the memory of what it let through. */
export type Stage = (notifications: readonly Notification[], nowMs: number) => Staged;

/** A stage that looks at one notification at a time: undefined keeps it. */
export function each(rule: (notification: Notification, nowMs: number) => DropReason | undefined): Stage {
  return (notifications, nowMs) => {
    const kept: Notification[] = [];
    const dropped: Staged['dropped'][number][] = [];
    for (const notification of notifications) {
      const reason = rule(notification, nowMs);
      if (reason === undefined) kept.push(notification);
      else dropped.push({ notification, reason });
    }
    return { kept, dropped };
  };
}
