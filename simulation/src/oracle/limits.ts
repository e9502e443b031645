import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import { PRIORITY_RANK, type AlertType } from '@vitalwire/core/alarms/condition.ts';
import type { LimitTier } from '@vitalwire/core/alarms/settings.ts';
import { SETTINGS } from '../components/ports.ts';
import type { Heard, Shown } from './expected.ts';

/** A gap no longer than this counts as watched. */
const WATCHED_MS = 10_000;

export const JUDGED = ['heartbeat', 'oxygen_saturation', 'temperature'] as const;
export type Judged = (typeof JUDGED)[number];
export const LIMIT_NAMES: Readonly<Record<Judged, string>> = {
  heartbeat: 'heartrate',
  oxygen_saturation: 'oxygen_saturation',
  temperature: 'temperature',
};

export interface Sample {
  readonly value: number;
  readonly atMs: number;
  /** Event time without the gaps in which nobody looked. */
  readonly watchedMs: number;
  readonly losses: number;
  readonly place: number;
}

export function samplesOf(heard: readonly Heard[], vital: Judged): Sample[] {
  const samples: Sample[] = [];
  for (const { reading, losses, place } of heard) {
    const value = reading.vitals[vital];
    if (value === undefined) continue;
    const before = samples.at(-1);
    const gapMs = before ? reading.atMs - before.atMs : 0;
    const earlier = samples.at(-2);
    const usualMs = before && earlier ? before.atMs - earlier.atMs : 0;
    const counted = gapMs <= WATCHED_MS || gapMs <= 1.5 * usualMs ? gapMs : 0;
    const watchedMs = (before?.watchedMs ?? 0) + counted;
    samples.push({ value, atMs: reading.atMs, watchedMs, losses, place });
  }
  return samples;
}

/** One side of a vital, looking back over all samples at each: slow, and plainly what the alarm model says. */
export function limitEvents(
  patientId: string,
  samples: readonly Sample[],
  vital: Judged,
  side: 'low' | 'high',
): Shown[] {
  const tiers = SETTINGS.limits[vital][side];
  const [mildest] = tiers;
  if (mildest === undefined) return [];
  const beyond = (tier: LimitTier, value: number): boolean =>
    side === 'low' ? value < tier.limit : value > tier.limit;
  const clean = (tier: LimitTier, value: number): boolean =>
    side === 'low'
      ? value >= tier.limit + SETTINGS.hysteresis[vital]
      : value <= tier.limit - SETTINGS.hysteresis[vital];
  if (!samples.some(({ value }) => beyond(mildest, value))) return [];

  /** The newest samples without a loss between them, up to and with `index`. */
  const watched = (index: number): readonly Sample[] => {
    const losses = samples[index]?.losses;
    return samples.slice(
      samples.findIndex((one) => one.losses === losses),
      index + 1,
    );
  };
  /** First sample beyond the tier since the last that was clean of it. */
  const crossingOf = (tier: LimitTier, index: number): Sample | undefined => {
    const seen = watched(index);
    const lastClean = seen.findLastIndex(({ value }) => clean(tier, value));
    return seen.slice(lastClean + 1).find(({ value }) => beyond(tier, value));
  };
  const dueTier = (index: number): LimitTier | undefined =>
    tiers.findLast((tier) => {
      const [sample, crossing] = [samples[index], crossingOf(tier, index)];
      if (!sample || !crossing || !beyond(tier, sample.value)) return false;
      return sample.watchedMs - crossing.watchedMs >= tier.delayMs;
    });
  /** Watched time since the newest run of clean samples began. */
  const cleanForMs = (index: number): number | undefined => {
    const seen = watched(index);
    const run = seen.slice(seen.findLastIndex(({ value }) => !clean(mildest, value)) + 1);
    const [from, to] = [run[0], run.at(-1)];
    return from && to && to.watchedMs - from.watchedMs;
  };

  const type = `${side}_${LIMIT_NAMES[vital]}` as AlertType;
  const events: Shown[] = [];
  let present: Shown | undefined;
  for (const [index, { atMs, place }] of samples.entries()) {
    const tier = dueTier(index);
    const cleanMs = cleanForMs(index);
    if (present === undefined) {
      const crossing = crossingOf(mildest, index);
      if (tier === undefined || crossing === undefined) continue;
      const onsetMs = crossing.atMs;
      const id = conditionId(patientId, type, onsetMs);
      const { priority } = tier;
      present = { id, revision: 1, event: 'began', patientId, type, priority, onsetMs, atMs, place };
      events.push(present);
    } else if (cleanMs !== undefined) {
      // The clearing begins with the condition's own clean samples, wherever a loss cut them off.
      if (cleanMs < SETTINGS.clearAfterMs) continue;
      events.push({ ...present, event: 'ended', revision: present.revision + 1, atMs, place });
      present = undefined;
    } else if (tier && PRIORITY_RANK[tier.priority] > PRIORITY_RANK[present.priority]) {
      present = {
        ...present,
        event: 'changed',
        revision: present.revision + 1,
        priority: tier.priority,
        atMs,
        place,
      };
      events.push(present);
    }
  }
  return events;
}
