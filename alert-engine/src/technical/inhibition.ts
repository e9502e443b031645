import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { kindOf, type AlertType } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';

/** What the absence of a whole region or gateway says already, patient by patient. */
export const UNDER_A_STORM: ReadonlySet<string> = new Set(['signal_lost', 'device_offline', 'feed_late']);

/** Vitals that come from the electrodes. */
const FROM_LEADS = /_(heartrate|respiratory_rate)$/;

/**
 * The policy with what a technical alarm inhibits, read from the store, so that every engine and every restart agree: an area that is away
 * inhibits its devices' and signals' alarms, a gateway those of the devices last seen there; a lost signal a patient's limits and trends; a lead that is off what is measured by leads.
 * Only new alerts are kept quiet by it: what sounds already goes on, for it was true when there was a signal.
 */
export async function withInhibition(
  policy: LifecyclePolicy,
  store: AlertStore,
  region: string,
  patientId: string,
  type: AlertType,
): Promise<LifecyclePolicy> {
  return inhibitedBy(policy, await inhibitors(store, region, type, () => store.open(region, patientId)));
}

/** The alerts that may inhibit one of the type: open ones of the patient, or of no patient. */
export async function inhibitors(
  store: AlertStore,
  region: string,
  type: AlertType,
  openOfPatient: () => Promise<readonly Alert[]>,
): Promise<readonly Alert[]> {
  const whose = whoseInhibit(type);
  if (whose === undefined) return [];
  return whose === 'patient' ? openOfPatient() : store.open(region, '');
}

/** Whose open alerts may inhibit one of the type: the patient's own, those of no patient (an area's), or none at all. */
export function whoseInhibit(type: AlertType): 'patient' | 'nobody' | undefined {
  if (kindOf(type) !== 'technical') return 'patient';
  return UNDER_A_STORM.has(type) ? 'nobody' : undefined;
}

/** The policy, with what those of the alerts that are technical inhibit. */
export function inhibitedBy(policy: LifecyclePolicy, alerts: readonly Alert[]): LifecyclePolicy {
  const causes = alerts.filter(isPresent);
  if (causes.length === 0) return policy;
  return { ...policy, inhibits: (asked) => causes.some((cause) => inhibits(cause, policy.gateway, asked)) };
}

const isPresent = ({ kind, endedAtMs }: Alert): boolean => kind === 'technical' && endedAtMs === undefined;

/** The gateways that a `gateway_away` is about. */
export const gatewaysOf = ({ deviceId }: Pick<Alert, 'deviceId'>): readonly string[] => deviceId.split(' ');

function inhibits(alert: Alert, gateway: string | undefined, type: string): boolean {
  const cause = alert.type;
  if (cause === 'region_away') return UNDER_A_STORM.has(type);
  if (cause === 'gateway_away')
    return gateway !== undefined && gatewaysOf(alert).includes(gateway) && UNDER_A_STORM.has(type);
  const ofAVital = /^(low|high|falling|rising)_/.test(type);
  if (cause === 'signal_lost') return ofAVital;
  return cause === 'lead_off' && ofAVital && FROM_LEADS.test(type);
}
