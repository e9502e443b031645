import { PRIORITY_RANK, type Priority } from '@vitalwire/core/alarms/condition.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { crossingsOf, delayOf, isSustained, type Crossing } from './crossings.ts';
import { replay, type Replayed } from './replay.ts';
import type { StaySource } from './stay.ts';

export interface Side {
  readonly version: string;
  alarms: number;
  /** Of these, those of a limit: not scores, trends and technical ones. */
  limitAlarms: number;
  byType: Record<string, number>;
  byPriority: Record<Priority, number>;
  /** Times somebody hears something: alarms, and those that became worse, or began anew, while they stood. */
  soundings: number;
  /** Alarms of a limit during which nothing crossed it for 30 s: what nobody had to hear. */
  brief: number;
  /** Sustained crossings with no alarm of their priority while they lasted. */
  missed: number;
  /** Of the sustained crossings that were found; null where there is none. */
  delay_s: { readonly p50: number; readonly max: number } | null;
}

/** Crossings of the limits of `against`, counted three ways. */
export interface PlainCount {
  /** Each limit by itself: a value that crosses a yellow and a red limit alarms twice. */
  each: number;
  /** The mildest limit of each side of a vital alone. */
  mildest: number;
  /** Of these, those that lasted less than 30 s. */
  brief: number;
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
  /** Of any length: what alarms by the plain rule, at once, until the next sample that is inside. */
  readonly crossings: PlainCount;
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
  const plain: PlainCount = { each: 0, mildest: 0, brief: 0 };
  let [bedMs, sustained] = [0, 0];
  for await (const stay of source.stays) {
    const [first, last] = [stay.samples[0], stay.samples.at(-1)];
    const { range } = source;
    if (range !== undefined) bedMs += range.toMs - range.fromMs;
    else if (first && last) bedMs += last.atMs - first.atMs;
    const crossings = crossingsOf(stay, against);
    const long = crossings.filter(isSustained);
    const mildest = crossings.filter(
      ({ type, priority }) =>
        !crossings.some(
          (other) => other.type === type && PRIORITY_RANK[other.priority] < PRIORITY_RANK[priority],
        ),
    );
    plain.each += crossings.length;
    plain.mildest += mildest.length;
    plain.brief += mildest.filter((crossing) => !isSustained(crossing)).length;
    sustained += long.length;
    const rows = [against, settings].map((each, index) => {
      const { events, presences } = replay(stay, each);
      const raised = alarmsOf(events);
      const delays = long.map((crossing) => delayOf(crossing, presences));
      const brief = raised.filter((alarm) => isLimit(alarm) && !long.some((one) => isDuring(one, alarm)));
      sides[index]!.add(raised, brief.length, delays);
      return { alarms: raised.length, missed: delays.filter((delay) => delay === undefined).length };
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
    crossings: plain,
    against: sides[0].side(),
    settings: sides[1].side(),
    patients,
  };
}

interface Alarm {
  readonly type: string;
  priority: Priority;
  soundings: number;
  readonly fromMs: number;
  toMs: number;
}

/** An alarm counts at the worst it was, as in the report. */
function alarmsOf(events: Replayed['events']): Alarm[] {
  const alarms = new Map<string, Alarm>();
  for (const { event, reason, alert } of events) {
    const { id, type, priority, onsetMs } = alert;
    const toMs = alert.endedAtMs ?? Infinity;
    const known = alarms.get(id);
    if (known === undefined) {
      if (event === 'raised') alarms.set(id, { type, priority, soundings: 1, fromMs: onsetMs, toMs });
      continue;
    }
    known.toMs = toMs;
    if (reason === 'condition worsened' || reason === 'condition recurred') known.soundings++;
    if (PRIORITY_RANK[priority] > PRIORITY_RANK[known.priority]) known.priority = priority;
  }
  return [...alarms.values()];
}

const isLimit = ({ type }: Alarm): boolean => /^(low|high)_/.test(type);

const isDuring = (crossing: Crossing, { type, fromMs, toMs }: Alarm): boolean =>
  crossing.type === type && crossing.fromMs <= toMs && crossing.toMs >= fromMs;

class Tally {
  readonly #side: Side;
  readonly #delaysS: number[] = [];

  constructor(version: string) {
    const byPriority = { critical: 0, high: 0, medium: 0, low: 0 };
    this.#side = {
      version,
      alarms: 0,
      limitAlarms: 0,
      soundings: 0,
      brief: 0,
      byType: {},
      byPriority,
      missed: 0,
      delay_s: null,
    };
  }

  add(alarms: readonly Alarm[], brief: number, delaysMs: readonly (number | undefined)[]): void {
    const side = this.#side;
    side.alarms += alarms.length;
    side.limitAlarms += alarms.filter(isLimit).length;
    side.brief += brief;
    for (const { type, priority, soundings } of alarms) {
      side.soundings += soundings;
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
