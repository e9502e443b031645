/** An alarm-burden report of a plausible week: few beds make most alarms, nights are quieter, technical ones are many. */
import type { BurdenReport } from '../src/burden/report.ts';

const BY_TYPE: readonly (readonly [string, number])[] = [
  ['low_oxygen_saturation', 412],
  ['high_heartrate', 188],
  ['signal_lost', 141],
  ['low_respiratory_rate', 96],
  ['high_respiratory_rate', 77],
  ['low_blood_pressure_systolic', 58],
  ['lead_off', 51],
  ['early_warning_score', 29],
  ['battery_low', 17],
];

export function fakeBurden(from: string, to: string, beds: readonly string[], times = 1): BurdenReport {
  const total = BY_TYPE.reduce((sum, [, count]) => sum + count, 0);
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  return {
    from,
    to,
    beds: beds.length,
    total,
    per_bed_day: (times * total) / beds.length / days,
    cleared_unattended: { count: 377, share: 377 / total },
    escalated: { count: 64, share: 64 / total },
    time_to_acknowledge_s: { median: 41, p90: 203, mean: 77, count: total - 377 },
    by_type: BY_TYPE.map(([type, count]) => ({ type, count })),
    by_priority: [
      { priority: 'critical', count: 38 },
      { priority: 'high', count: 171 },
      { priority: 'medium', count: 702 },
      { priority: 'low', count: total - 911 },
    ],
    by_hour: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      count: Math.round(45 + 26 * Math.sin(((hour - 4) / 24) * 2 * Math.PI) + ((hour * 7) % 11)),
    })),
    by_bed: beds.slice(0, 20).map((bed, index) => ({
      patient_id: `P${1000 + Number(bed)}`,
      bed,
      count: Math.round(230 / (index + 1)),
    })),
  };
}
