import type { TechnicalSettings } from '@vitalwire/core/alarms/settings.ts';
import type { Verdict } from './judge-device.ts';

/** The device's battery is low (`battery_low`): below one charge, until it is at or above another. */
export function judgeBattery(rule: TechnicalSettings['batteryLow'], percent: number | undefined): Verdict {
  if (rule === undefined) return 'no';
  if (percent === undefined) return 'unknown';
  if (percent < rule.belowPercent) return 'yes';
  return percent >= rule.clearPercent ? 'no' : 'unknown';
}
