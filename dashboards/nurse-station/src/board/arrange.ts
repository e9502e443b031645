/** Which beds the board shows at length: those whose patient alarms and nobody has seen to. Pure. */
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { toneOfVital } from '../alerts/alert-text.ts';
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

const USUAL: readonly VitalName[] = ['heartbeat', 'oxygen_saturation', 'respiratory_rate'];

/** The three numbers a bed has room for: what alarms among them, whatever vital it is of, then the usual ones, in the usual order. */
export function numbersShown(alerts: readonly Alert[]): readonly VitalName[] {
  const alarming = VITALS.filter((vital) => toneOfVital(alerts, vital) !== undefined);
  const chosen = new Set([...alarming, ...USUAL].slice(0, 3));
  for (const vital of USUAL) if (chosen.size < 3) chosen.add(vital);
  return [...USUAL, ...VITALS.filter((vital) => !USUAL.includes(vital))].filter((vital) => chosen.has(vital));
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
