import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import { PRIORITY_RANK, type Priority } from '@vitalwire/core/alarms/condition.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { z } from 'zod';

const share = z.object({ count: z.int(), share: z.number().min(0).max(1) });

/** What the alarms of a time asked of the people on the ward. */
export const burdenSchema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  beds: z.int().describe('patients of the regions, and any other who had an alarm'),
  total: z.int(),
  per_bed_day: z.number(),
  cleared_unattended: share.describe('resolved without anybody having acknowledged them'),
  time_to_acknowledge_s: z
    .object({ median: z.number(), p90: z.number(), mean: z.number(), count: z.int() })
    .nullable(),
  escalated: share,
  by_type: z.array(z.object({ type: z.string(), count: z.int() })),
  by_priority: z.array(z.object({ priority: z.enum(['critical', 'high', 'medium', 'low']), count: z.int() })),
  by_hour: z.array(z.object({ hour: z.int(), count: z.int() })).describe('hour of the day, UTC'),
  by_bed: z.array(z.object({ patient_id: z.string(), bed: z.string().nullable(), count: z.int() })),
});

export type BurdenReport = z.infer<typeof burdenSchema>;

interface Alarm {
  readonly patientId: string;
  readonly type: string;
  priority: Priority;
  readonly raisedAtMs: number;
  acknowledgedAtMs: number | undefined;
  escalated: boolean;
  resolved: boolean;
  lastVersion: number;
}

export interface BurdenRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly regions: ReadonlySet<string>;
}

const DAY_MS = 86_400_000;
const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;

/**
 * Counts the alarms that were raised within [fromMs, toMs), by wall time. Takes lifecycle events in any order between alerts, in order
 * within one; a repetition counts once. An alarm counts at the worst priority it reached. Test and demonstration are left out.
 */
export class Burden {
  readonly #range: BurdenRange;
  readonly #alarms = new Map<string, Alarm>();

  constructor(range: BurdenRange) {
    this.#range = range;
  }

  add(event: AlertEvent): void {
    const { alert, atMs } = event;
    if (alert.mode !== 'real' || !this.#range.regions.has(alert.region)) return;
    const alarm = this.#alarms.get(alert.id);
    if (!alarm) {
      if (event.event !== 'raised' || atMs < this.#range.fromMs || atMs >= this.#range.toMs) return;
      this.#alarms.set(alert.id, {
        patientId: alert.patientId,
        type: alert.type,
        priority: alert.priority,
        raisedAtMs: atMs,
        acknowledgedAtMs: undefined,
        escalated: false,
        resolved: false,
        lastVersion: alert.version,
      });
      return;
    }
    if (alert.version <= alarm.lastVersion) return;
    alarm.lastVersion = alert.version;
    if (PRIORITY_RANK[alert.priority] > PRIORITY_RANK[alarm.priority]) alarm.priority = alert.priority;
    // The first time: later ones answer reminders.
    alarm.acknowledgedAtMs ??= alert.acknowledgedAtMs;
    alarm.escalated ||= event.event === 'escalated';
    alarm.resolved ||= event.event === 'resolved';
  }

  /** `bedOf`: every patient of the regions, and her bed where it is known. */
  report(bedOf: ReadonlyMap<string, string | undefined>): BurdenReport {
    const { fromMs, toMs } = this.#range;
    const alarms = [...this.#alarms.values()];
    const patients = new Set([...bedOf.keys(), ...alarms.map(({ patientId }) => patientId)]);
    patients.delete('');
    const days = (toMs - fromMs) / DAY_MS;
    const counted = (count: number): z.infer<typeof share> => ({
      count,
      share: alarms.length === 0 ? 0 : count / alarms.length,
    });
    const byHour = countBy(alarms, ({ raisedAtMs }) => String(new Date(raisedAtMs).getUTCHours()));
    const byPriority = countBy(alarms, ({ priority }) => priority);
    return {
      from: toIso(fromMs),
      to: toIso(toMs),
      beds: patients.size,
      total: alarms.length,
      per_bed_day: patients.size === 0 ? 0 : alarms.length / patients.size / days,
      cleared_unattended: counted(
        alarms.filter(({ resolved, acknowledgedAtMs }) => resolved && acknowledgedAtMs === undefined).length,
      ),
      time_to_acknowledge_s: timesToAcknowledge(alarms),
      escalated: counted(alarms.filter(({ escalated }) => escalated).length),
      by_type: most(countBy(alarms, ({ type }) => type)).map(([type, count]) => ({ type, count })),
      by_priority: PRIORITIES.map((priority) => ({ priority, count: byPriority.get(priority) ?? 0 })),
      by_hour: Array.from({ length: 24 }, (_, hour) => ({ hour, count: byHour.get(String(hour)) ?? 0 })),
      by_bed: most(countBy(alarms, ({ patientId }) => patientId)).map(([patientId, count]) => ({
        patient_id: patientId,
        bed: bedOf.get(patientId) ?? null,
        count,
      })),
    };
  }
}

function timesToAcknowledge(alarms: readonly Alarm[]): BurdenReport['time_to_acknowledge_s'] {
  const seconds = alarms
    .flatMap(({ acknowledgedAtMs, raisedAtMs }) =>
      acknowledgedAtMs === undefined ? [] : [Math.max(0, acknowledgedAtMs - raisedAtMs) / 1000],
    )
    .toSorted((a, b) => a - b);
  if (seconds.length === 0) return null;
  // Nearest rank.
  const quantile = (q: number): number => seconds[Math.ceil(q * seconds.length) - 1] ?? 0;
  const mean = seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
  return { median: quantile(0.5), p90: quantile(0.9), mean, count: seconds.length };
}

function countBy(alarms: readonly Alarm[], keyOf: (alarm: Alarm) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const alarm of alarms) counts.set(keyOf(alarm), (counts.get(keyOf(alarm)) ?? 0) + 1);
  return counts;
}

const most = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
