import { PRIORITY_RANK, type Priority } from '@vitalwire/core/alarms/condition.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { crossingsOf, delayOf, isSustained } from './crossings.ts';
import { replay } from './replay.ts';
import type { StaySource } from './stay.ts';

export interface Side {
  readonly version: string;
  alarms: number;
  byType: Record<string, number>;
  byPriority: Record<Priority, number>;
  /** Sustained crossings with no alarm of their priority while they lasted. */
  missed: number;
  /** Of the sustained crossings that were found; null where there is none. */
  delay_s: { readonly p50: number; readonly max: number } | null;
}

export interface PatientRow {
  readonly patient_id: string;
  readonly against: number;
  readonly settings: number;
  readonly sustained: number;
  readonly missed_against: number;
  readonly missed_settings: number;
}

export interface Comparison {
  readonly beds: number;
  readonly bed_days: number;
  /** Crossings of a limit of `against` that last 30 s or more. */
  readonly sustained: number;
  /** Crossings of any length, of the mildest limit: an alarm each by the simplest rule. */
  readonly runs: number;
  readonly against: Side;
  readonly settings: Side;
  readonly patients: readonly PatientRow[];
}

const DAY_MS = 86_400_000;

/** Replays every stay by both settings. `onStay` is told after each. */
export async function compare(
  source: StaySource,
  { against, settings }: { readonly against: AlarmSettings; readonly settings: AlarmSettings },
  onStay: (done: number) => void,
): Promise<Comparison> {
  const sides = [new Tally(against.version), new Tally(settings.version)] as const;
  const patients: PatientRow[] = [];
  let [bedMs, sustained, runs] = [0, 0, 0];
  for await (const stay of source.stays) {
    const [first, last] = [stay.samples[0], stay.samples.at(-1)];
    const { range } = source;
    if (range !== undefined) bedMs += range.toMs - range.fromMs;
    else if (first && last) bedMs += last.atMs - first.atMs;
    const crossings = crossingsOf(stay, against);
    const long = crossings.filter(isSustained);
    runs += crossings.filter(
      ({ type, priority }) =>
        !crossings.some(
          (other) => other.type === type && PRIORITY_RANK[other.priority] < PRIORITY_RANK[priority],
        ),
    ).length;
    sustained += long.length;
    const rows = [against, settings].map((each, index) => {
      const { events, presences } = replay(stay, each);
      const raised = new Map<string, { type: string; priority: Priority }>();
      for (const { event, alert } of events) {
        const known = raised.get(alert.id);
        if (!known && event === 'raised')
          raised.set(alert.id, { type: alert.type, priority: alert.priority });
        // An alarm counts at the worst it was, as in the report.
        else if (known && PRIORITY_RANK[alert.priority] > PRIORITY_RANK[known.priority])
          known.priority = alert.priority;
      }
      const delays = long.map((crossing) => delayOf(crossing, presences));
      sides[index]!.add([...raised.values()], delays);
      return { alarms: raised.size, missed: delays.filter((delay) => delay === undefined).length };
    });
    patients.push({
      patient_id: stay.patient.id,
      against: rows[0]!.alarms,
      settings: rows[1]!.alarms,
      sustained: long.length,
      missed_against: rows[0]!.missed,
      missed_settings: rows[1]!.missed,
    });
    onStay(patients.length);
  }
  return {
    beds: patients.length,
    bed_days: bedMs / DAY_MS,
    sustained,
    runs,
    against: sides[0].side(),
    settings: sides[1].side(),
    patients,
  };
}

class Tally {
  readonly #side: Side;
  readonly #delaysS: number[] = [];

  constructor(version: string) {
    const byPriority = { critical: 0, high: 0, medium: 0, low: 0 };
    this.#side = { version, alarms: 0, byType: {}, byPriority, missed: 0, delay_s: null };
  }

  add(
    alarms: readonly { readonly type: string; readonly priority: Priority }[],
    delaysMs: readonly (number | undefined)[],
  ): void {
    const side = this.#side;
    side.alarms += alarms.length;
    for (const { type, priority } of alarms) {
      side.byType[type] = (side.byType[type] ?? 0) + 1;
      side.byPriority[priority]++;
    }
    for (const delayMs of delaysMs) {
      if (delayMs === undefined) side.missed++;
      else this.#delaysS.push(delayMs / 1000);
    }
  }

  side(): Side {
    const sorted = this.#delaysS.toSorted((a, b) => a - b);
    const max = sorted.at(-1);
    const p50 = sorted[Math.ceil(sorted.length / 2) - 1];
    return { ...this.#side, delay_s: max === undefined || p50 === undefined ? null : { p50, max } };
  }
}
