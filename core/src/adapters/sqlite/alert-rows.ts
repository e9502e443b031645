import type { Alert, AlertEvent } from '../../alarms/alert.ts';

/** JSON leaves out what is undefined, and an earlier version what it did not know; a reader may count on every field being there. */
const ABSENT = {
  late: false,
  historical: false,
  value: undefined,
  threshold: undefined,
  endedAtMs: undefined,
  acknowledgedBy: undefined,
  acknowledgedAtMs: undefined,
  resolvedBy: undefined,
  resolvedAtMs: undefined,
  silence: undefined,
  signalDueMs: undefined,
  remindedAtMs: undefined,
  reminderDueMs: undefined,
  escalationDueMs: undefined,
} satisfies Partial<Alert>;

export function decodeAlert(row: Record<string, unknown>): Alert {
  return { ...ABSENT, ...(JSON.parse(String(row['body'])) as Alert) };
}

export const decodeAlertEvent = (row: Record<string, unknown>): AlertEvent =>
  withEveryField(JSON.parse(String(row['body'])) as AlertEvent);

export const withEveryField = (event: AlertEvent): AlertEvent => ({
  ...event,
  reason: event.reason,
  alert: { ...ABSENT, ...event.alert },
});
