import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import { chainFor } from '../escalation/chain.ts';
import { STATIONS, type EscalationSettings } from '../escalation/settings.ts';
import type { Delivery } from './delivery.ts';
import { isTelling } from './stages/something-new.ts';

/** The recipient that the stations of a role are together: the first to have the alert has it for all. */
export const stationRecipient = (role: string): string => `${STATIONS}${role}`;

export const isStation = ({ recipient }: Pick<Delivery, 'recipient'>): boolean =>
  recipient.startsWith(STATIONS);

/** The stations whose role an event is for; undefined where it tells nobody anything. They are never grouped nor rationed: they show everything. */
export type StationFor = (event: AlertEvent) => string | undefined;

export function stationsFor(
  settings: SettingsSource<EscalationSettings>,
  wardOf: (patientId: string) => string | undefined,
): StationFor {
  return (event) => {
    const { region, patientId, mode, escalationStep } = event.alert;
    if (mode !== 'real' || !isTelling(event)) return undefined;
    const role = chainFor(settings.current(), region, wardOf(patientId))[escalationStep];
    return role && stationRecipient(role);
  };
}

/**
 * What an event of its alert makes of a delivery to stations: whoever acknowledges has seen it, and what no station had when the alert was
 * resolved will not be had. Undefined where it stands as it is.
 */
export function afterEvent(delivery: Delivery, { alert, atMs }: AlertEvent): Delivery | undefined {
  if (!isStation(delivery)) return undefined;
  const { status, step } = delivery;
  const { acknowledgedBy } = alert;
  const isOpen = status === 'queued' || status === 'delivered';
  if (isOpen && acknowledgedBy !== undefined && step === alert.escalationStep)
    return { ...delivery, status: 'seen', actor: acknowledgedBy, atMs, reason: 'acknowledged' };
  if (status === 'queued' && alert.status === 'resolved')
    return { ...delivery, status: 'failed', atMs, reason: 'resolved before a station had it' };
  return undefined;
}
