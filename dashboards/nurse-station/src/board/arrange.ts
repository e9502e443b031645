/** Which beds the board shows at length: those whose patient alarms and nobody has seen to. Pure. */
import type { Alert } from '../feed/patient.ts';
import { awaitsAcknowledgement, isHeldOff } from '../feed/urgency.ts';

/** More than these cannot be read from afar; the rest stay small but marked. */
export const EXPANDED_MAX = 12;

/** The patient's own alarm, that somebody is being told of now. */
export const isUrgent = (alert: Alert): boolean =>
  alert.kind === 'physiological' && awaitsAcknowledgement(alert) && !isHeldOff(alert);

export interface Arrangement {
  readonly expanded: readonly string[];
  readonly quiet: readonly string[];
}

/** `order` is by urgency; the beds left small are put by it too. */
export function arrange(
  beds: readonly { readonly id: string; readonly alerts: readonly Alert[] }[],
  order: readonly string[],
): Arrangement {
  const urgent = new Set(beds.filter(({ alerts }) => alerts.some(isUrgent)).map(({ id }) => id));
  const expanded = order.filter((id) => urgent.has(id)).slice(0, EXPANDED_MAX);
  return { expanded, quiet: order.filter((id) => !expanded.includes(id)) };
}
