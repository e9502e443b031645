import type { ConditionEvent, TechnicalType } from '@vitalwire/core/alarms/condition.ts';

interface Quantity {
  readonly name: string;
  readonly unit: string;
  readonly decimals: number;
}

/** As a nurse says them and a monitor shows them, by the vital's name in an alert's type. */
const QUANTITIES: Readonly<Record<string, Quantity>> = {
  heartrate: { name: 'Heart rate', unit: '/min', decimals: 0 },
  blood_pressure_systolic: { name: 'Systolic pressure', unit: ' mmHg', decimals: 0 },
  blood_pressure_diastolic: { name: 'Diastolic pressure', unit: ' mmHg', decimals: 0 },
  temperature: { name: 'Temperature', unit: ' °F', decimals: 1 },
  oxygen_saturation: { name: 'SpO₂', unit: ' %', decimals: 0 },
  respiratory_rate: { name: 'Respiratory rate', unit: '/min', decimals: 0 },
};

const TECHNICAL: Readonly<Record<TechnicalType, string>> = {
  signal_lost: 'No readings from the bedside device',
  lead_off: 'A lead is off',
  device_offline: 'The bedside device is offline',
  battery_low: 'The battery of the bedside device is low',
  clock_wrong: 'The clock of the bedside device is wrong',
  feed_late: 'Readings arrive late',
  gateway_away: 'Many bedside devices of a gateway are away at once',
  region_away: 'Many bedside devices of the region are away at once',
  value_stuck: 'A value has not moved for long',
};

/** What is wrong, how far and for how long, for a person: "SpO₂ 84 % below 90 for 15 s". */
export function conditionMessage(condition: ConditionEvent): string {
  return `${what(condition)}${lasting(condition.atMs - condition.onsetMs)}`;
}

function what({ type, value, threshold }: ConditionEvent): string {
  const [, way, vital] = /^(low|high|falling|rising)_(.+)$/.exec(type) ?? [];
  const quantity = vital === undefined ? undefined : QUANTITIES[vital];
  if (quantity && (way === 'falling' || way === 'rising')) {
    const shown = value === undefined ? '' : ` ${value.toFixed(quantity.decimals)}${quantity.unit}`;
    const moved = way === 'falling' ? 'has fallen' : 'has risen';
    return `${quantity.name}${shown}, ${moved}${threshold === undefined ? '' : ` by ${plain(threshold)} or more`}`;
  }
  if (quantity) {
    const shown =
      value === undefined ? '' : ` ${rounded(value, quantity.decimals, threshold)}${quantity.unit}`;
    const limit =
      threshold === undefined ? ` ${way}` : ` ${way === 'low' ? 'below' : 'above'} ${plain(threshold)}`;
    return `${quantity.name}${shown}${limit}`;
  }
  if (type === 'early_warning_score') return `Early warning score ${value ?? 'high'}`;
  return TECHNICAL[type as TechnicalType] ?? sentence(type);
}

/** Rounded as the vital is read, unless that would say it stands on the limit it has crossed ("90 % below 90"). */
function rounded(value: number, decimals: number, threshold: number | undefined): string {
  const text = value.toFixed(decimals);
  if (threshold === undefined || value === threshold || Number(text) !== threshold) return text;
  return value.toFixed(decimals + 1);
}

const plain = (limit: number): string => String(Math.round(limit * 10) / 10);

/** Nothing for a cuff or a chart, which are not timed. */
function lasting(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 1) return '';
  return seconds < 120 ? ` for ${seconds} s` : ` for ${Math.round(seconds / 60)} min`;
}

function sentence(type: string): string {
  const words = type.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
