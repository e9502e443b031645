/** How an alert stands before a nurse: the one word that decides how loudly it is drawn. */
import type { Alert } from '../feed/patient.ts';
import { awaitsAcknowledgement, isHeldOff, isLatched } from '../feed/urgency.ts';

/** `held`: out of a backlog and perhaps over; the engine waits before anybody is told. */
export type AlertState = 'resolved' | 'acknowledged' | 'held' | 'latched' | 'active';

export function alertState(alert: Alert): AlertState {
  if (alert.status === 'resolved') return 'resolved';
  if (!awaitsAcknowledgement(alert)) return 'acknowledged';
  if (isHeldOff(alert)) return 'held';
  return isLatched(alert) ? 'latched' : 'active';
}
