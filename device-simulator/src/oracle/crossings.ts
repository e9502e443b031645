import type { AlarmSettings, LimitTier } from '@vitalwire/core/alarms/settings.ts';
import { isUsable } from '@vitalwire/core/vitals/quality.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Measurement } from '../signals/vitals-source.ts';

/** A limit that the readings sent have crossed for its delay: an alert of this type, patient and onset must come. */
export interface Crossing {
  readonly device: number;
  /** `low_oxygen_saturation` and the like. */
  readonly type: string;
  /** When the first crossing sample was measured. */
  readonly onsetMs: number;
  /** When the sample that completed the delay was measured: what alert latency counts from. */
  readonly completedMs: number;
}

/** Longer than this without a sample, and nobody was looking: the time in between counts for no delay. */
const UNWATCHED_MS = 10_000;

interface Side {
  readonly type: string;
  readonly isLow: boolean;
  readonly tiers: readonly LimitTier[];
  readonly hysteresis: number;
  /** undefined while all samples are well inside the limits, as almost all are. */
  state: SideState | undefined;
}

interface SideState {
  onsetMs: number | undefined;
  readonly tierSinceMs: (number | undefined)[];
  isPresent: boolean;
  cleanSinceMs: number | undefined;
}

interface Sampled {
  atMs: number;
  intervalMs: number;
}

interface Watched {
  readonly vital: VitalName;
  readonly sides: readonly Side[];
  sampled: Sampled | undefined;
}

function sidesOf(vital: VitalName, { limits, hysteresis }: AlarmSettings): readonly Side[] {
  return (['low', 'high'] as const)
    .map((side) => ({
      type: `${side}_${vital === 'heartbeat' ? 'heartrate' : vital}`,
      isLow: side === 'low',
      tiers: limits[vital][side],
      hysteresis: hysteresis[vital],
      state: undefined,
    }))
    .filter(({ tiers }) => tiers.length > 0);
}

/**
 * Says which alerts the readings of one device must bring, from the alarm settings and what the alarm model promises of them (docs/load-testing.md),
 * apart from the deployment's own code: a tester that asked the tested what to expect would find nothing.
 */
export class CrossingOracle {
  /** Of each vital that has limits. */
  readonly #watched: readonly Watched[];
  readonly #clearAfterMs: number;

  constructor(settings: AlarmSettings) {
    this.#clearAfterMs = settings.clearAfterMs;
    this.#watched = VITALS.map((vital) => ({
      vital,
      sides: sidesOf(vital, settings),
      sampled: undefined,
    })).filter(({ sides }) => sides.length > 0);
  }

  /** Takes the device's readings in the order of measurement. */
  observe(
    device: number,
    { vitals, validity }: Measurement,
    atMs: number,
    found: (crossing: Crossing) => void,
  ): void {
    for (const watched of this.#watched) {
      const { vital, sides, sampled: before } = watched;
      const value = vitals[vital];
      if (value === undefined || !isUsable(validity[vital] ?? 'valid')) continue;
      const gapMs = before === undefined ? 0 : atMs - before.atMs;
      const isAlone = before === undefined || gapMs > UNWATCHED_MS;
      const isCounted = gapMs <= UNWATCHED_MS || gapMs <= 1.5 * (before?.intervalMs ?? 0);
      for (const side of sides) {
        const completed = this.#step(side, value, atMs, isCounted ? 0 : gapMs, isAlone);
        if (completed !== undefined) {
          found({ device, type: side.type, onsetMs: completed, completedMs: atMs });
        }
      }
      if (before === undefined) watched.sampled = { atMs, intervalMs: 0 };
      else {
        before.atMs = atMs;
        before.intervalMs = gapMs;
      }
    }
  }

  /** The onset of the condition that this sample completes. */
  #step(side: Side, value: number, atMs: number, uncountedMs: number, isAlone: boolean): number | undefined {
    const beyond = (limit: number): boolean => (side.isLow ? value < limit : value > limit);
    const mildest = side.tiers[0]!;
    if (side.state === undefined && !beyond(mildest.limit)) return undefined;
    const state = (side.state ??= {
      onsetMs: undefined,
      tierSinceMs: [],
      isPresent: false,
      cleanSinceMs: undefined,
    });
    const isClean = (limit: number): boolean =>
      side.isLow ? value >= limit + side.hysteresis : value <= limit - side.hysteresis;

    let isDue = false;
    for (const [index, tier] of side.tiers.entries()) {
      const since = state.tierSinceMs[index];
      if (isClean(tier.limit)) state.tierSinceMs[index] = undefined;
      else if (since !== undefined) state.tierSinceMs[index] = since + uncountedMs;
      else if (beyond(tier.limit)) state.tierSinceMs[index] = atMs;
      const timedSince = state.tierSinceMs[index];
      if (timedSince !== undefined && beyond(tier.limit) && atMs - timedSince >= tier.delayMs) isDue = true;
    }

    if (state.isPresent) {
      if (!isClean(mildest.limit)) state.cleanSinceMs = undefined;
      else {
        state.cleanSinceMs = state.cleanSinceMs === undefined ? atMs : state.cleanSinceMs + uncountedMs;
        const isOneEnough = isAlone && mildest.delayMs === 0;
        if (isOneEnough || atMs - state.cleanSinceMs >= this.#clearAfterMs) side.state = undefined;
      }
      return undefined;
    }
    if (state.tierSinceMs[0] === undefined) {
      side.state = undefined;
      return undefined;
    }
    state.onsetMs ??= atMs;
    if (!isDue) return undefined;
    state.isPresent = true;
    return state.onsetMs;
  }
}
