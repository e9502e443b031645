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
  readonly vital: VitalName;
  readonly type: string;
  readonly isLow: boolean;
  readonly tiers: readonly LimitTier[];
  readonly hysteresis: number;
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

/**
 * Says which alerts the readings of one device must bring, from the alarm settings and what the alarm model promises of them (docs/load-testing.md),
 * apart from the deployment's own code: a tester that asked the tested what to expect would find nothing.
 */
export class CrossingOracle {
  readonly #sides: readonly Side[];
  readonly #states = new Map<string, SideState>();
  readonly #sampled = new Map<VitalName, Sampled>();
  readonly #clearAfterMs: number;

  constructor(settings: AlarmSettings) {
    this.#clearAfterMs = settings.clearAfterMs;
    this.#sides = VITALS.flatMap((vital) =>
      (['low', 'high'] as const).map((side) => ({
        vital,
        type: `${side}_${vital === 'heartbeat' ? 'heartrate' : vital}`,
        isLow: side === 'low',
        tiers: settings.limits[vital][side],
        hysteresis: settings.hysteresis[vital],
      })),
    ).filter(({ tiers }) => tiers.length > 0);
  }

  /** Takes the device's readings in the order of measurement. */
  observe(
    device: number,
    { vitals, validity }: Measurement,
    atMs: number,
    found: (crossing: Crossing) => void,
  ): void {
    for (const vital of VITALS) {
      const value = vitals[vital];
      if (value === undefined || !isUsable(validity[vital] ?? 'valid')) continue;
      const before = this.#sampled.get(vital);
      const gapMs = before === undefined ? 0 : atMs - before.atMs;
      const isAlone = before === undefined || gapMs > UNWATCHED_MS;
      const isCounted = gapMs <= UNWATCHED_MS || gapMs <= 1.5 * (before?.intervalMs ?? 0);
      for (const side of this.#sides) {
        if (side.vital !== vital) continue;
        const completed = this.#step(side, value, atMs, isCounted ? 0 : gapMs, isAlone);
        if (completed !== undefined) {
          found({ device, type: side.type, onsetMs: completed, completedMs: atMs });
        }
      }
      if (before === undefined) this.#sampled.set(vital, { atMs, intervalMs: 0 });
      else Object.assign(before, { atMs, intervalMs: gapMs });
    }
  }

  /** The onset of the condition that this sample completes. */
  #step(side: Side, value: number, atMs: number, uncountedMs: number, isAlone: boolean): number | undefined {
    const beyond = (limit: number): boolean => (side.isLow ? value < limit : value > limit);
    const mildest = side.tiers[0]!;
    let state = this.#states.get(side.type);
    if (state === undefined) {
      // Almost every sample is well inside every limit.
      if (!beyond(mildest.limit)) return undefined;
      state = { onsetMs: undefined, tierSinceMs: [], isPresent: false, cleanSinceMs: undefined };
      this.#states.set(side.type, state);
    }
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
        if (isOneEnough || atMs - state.cleanSinceMs >= this.#clearAfterMs) this.#states.delete(side.type);
      }
      return undefined;
    }
    if (state.tierSinceMs[0] === undefined) {
      this.#states.delete(side.type);
      return undefined;
    }
    state.onsetMs ??= atMs;
    if (!isDue) return undefined;
    state.isPresent = true;
    return state.onsetMs;
  }
}
