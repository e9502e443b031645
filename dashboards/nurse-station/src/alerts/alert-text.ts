/** Alert types in a nurse's words. */
import { limitType } from '@vitalwire/core/alarms/condition.ts';
import { isVitalName, VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Alert, Priority } from '../feed/patient.ts';
import { formatVital, VITAL_TEXT } from '../vital-text.ts';

const OTHER_TYPES: Readonly<Record<string, string>> = {
  early_warning_score: 'NEWS2 score',
  signal_lost: 'No signal',
  lead_off: 'Lead off',
  device_offline: 'Device offline',
  battery_low: 'Battery low',
  clock_wrong: 'Device clock wrong',
  feed_late: 'Data late',
  value_stuck: 'Value stuck',
  gateway_away: 'Gateway away',
  region_away: 'Region away',
};

/** For a line that also holds a score and a button. */
const BRIEF_TYPES: Readonly<Record<string, string>> = {
  device_offline: 'Offline',
  clock_wrong: 'Clock wrong',
  battery_low: 'Battery',
  value_stuck: 'Stuck',
};

export const briefTypeText = (type: string): string => BRIEF_TYPES[type] ?? typeText(type);

/** What a log can be asked for. */
export const ALERT_TYPES: readonly string[] = [
  ...VITALS.flatMap((vital) => [limitType('low', vital), limitType('high', vital)]),
  ...Object.keys(OTHER_TYPES),
];

export const PRIORITIES: readonly Priority[] = ['critical', 'high', 'medium', 'low'];

export const PRIORITY_TEXT: Readonly<Record<Priority, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

export interface LimitCrossed {
  readonly vital: VitalName;
  readonly side: 'low' | 'high';
}

/** Which limit of which vital the type speaks of; undefined for scores and technical types. */
export function limitCrossed(type: string): LimitCrossed | undefined {
  const [, side, name] = /^(low|high)_(.+)$/.exec(type) ?? [];
  const vital = name === 'heartrate' ? 'heartbeat' : name;
  if (vital === undefined || !isVitalName(vital)) return undefined;
  return { vital, side: side as 'low' | 'high' };
}

/** Of a trend's type: how which vital moves. */
function movementOf(type: string): { readonly vital: VitalName; readonly direction: string } | undefined {
  const [, direction, name] = /^(falling|rising)_(.+)$/.exec(type) ?? [];
  const vital = name === 'heartrate' ? 'heartbeat' : name;
  if (direction === undefined || vital === undefined || !isVitalName(vital)) return undefined;
  return { vital, direction };
}

/** `SpO₂ low`, `Lead off`. */
export function typeText(type: string): string {
  const crossed = limitCrossed(type);
  if (crossed !== undefined) return `${VITAL_TEXT[crossed.vital].label} ${crossed.side}`;
  const moving = movementOf(type);
  if (moving !== undefined) return `${VITAL_TEXT[moving.vital].label} ${moving.direction}`;
  const plain = OTHER_TYPES[type] ?? type.replaceAll('_', ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** `82 %, limit 90`, of a trend `82 mmHg, by 30 or more`: empty where the alert carries no number. */
export function numbersText(alert: Alert): string {
  const { value, threshold, unit } = numbersOf(alert);
  const moved = movementOf(alert.type) !== undefined;
  const bound = threshold === undefined ? '' : moved ? `by ${threshold} or more` : `limit ${threshold}`;
  return [value === undefined ? '' : `${value}${unit}`, bound].filter((part) => part !== '').join(', ');
}

/** `82 < 90 %`: the same for a small place; `82 < 90` for a smaller one. */
export function comparisonText(alert: Alert, withUnit = true): string {
  const { value, threshold, unit } = numbersOf(alert);
  if (value === undefined || threshold === undefined) return numbersText(alert);
  // A trend's bound is of the change, and not one that the value could cross.
  if (movementOf(alert.type) !== undefined) return `${value}, by ≥ ${threshold}`;
  // A score is reached; a limit is crossed.
  if (alert.type === 'early_warning_score') return `${value} ≥ ${threshold}`;
  return `${value} ${limitCrossed(alert.type)?.side === 'low' ? '<' : '>'} ${threshold}${withUnit ? unit : ''}`;
}

function numbersOf(alert: Alert) {
  const vital = limitCrossed(alert.type)?.vital ?? movementOf(alert.type)?.vital;
  const format = (value: number): string => {
    if (vital === undefined) return String(value);
    const text = formatVital(vital, value);
    // "90, limit 90" would make a liar of the alert: what lies between is said with one more digit.
    const onLimit = Number(text) === alert.threshold && value !== alert.threshold;
    return onLimit ? value.toFixed(VITAL_TEXT[vital].decimals + 1) : text;
  };
  return {
    value: alert.value === undefined ? undefined : format(alert.value),
    threshold: alert.threshold === undefined ? undefined : String(alert.threshold),
    unit: vital === undefined ? '' : ` ${VITAL_TEXT[vital].unit}`,
  };
}

/** The look of an alert: IEC 60601-1-8 colours, and technical ones apart from the patient's. */
export type Tone = Priority | 'technical';

export const toneOf = (alert: Alert): Tone => (alert.kind === 'technical' ? 'technical' : alert.priority);

function sideMovedTo(type: string): LimitCrossed | undefined {
  const moving = movementOf(type);
  return moving && { vital: moving.vital, side: moving.direction === 'falling' ? 'low' : 'high' };
}

/** Of the alerts that speak of this vital, the tone of the first. */
export function toneOfVital(
  alerts: readonly Alert[],
  vital: VitalName,
): { tone: Tone; side: 'low' | 'high' } | undefined {
  for (const alert of alerts) {
    const crossed = limitCrossed(alert.type) ?? sideMovedTo(alert.type);
    if (crossed?.vital === vital && alert.endedAtMs === undefined)
      return { tone: toneOf(alert), side: crossed.side };
  }
  return undefined;
}
