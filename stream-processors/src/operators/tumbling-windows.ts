import type { VitalTrend } from '@vitalwire/core/ports/analytics.ts';
import {
  TIER_MS,
  type Tier,
  type WindowPoint,
  type WindowStatistics,
} from '@vitalwire/core/ports/time-series.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { addValue, newMoments, statisticsOf } from './moments.ts';

/**
 * One patient's window [startMs, startMs + TIER_MS[tier]) while it is filled: aligned to the epoch, by event time, usable values only. A
 * sample at the very end belongs to the next window.
 */
export interface OpenWindow {
  readonly tier: Tier;
  readonly startMs: number;
  /** One series a vital, in the order of VITALS. */
  readonly moments: Float64Array;
  /** False where readings of the window may have been before what this task has seen: its row is then computed from the raw tier. */
  readonly whole: boolean;
  /** Processing time of the newest write of its row, or of its opening. */
  writtenAtMs: number;
  /** Holds values that are not in its row yet. */
  dirty: boolean;
}

export const TIERS: readonly Tier[] = ['5m', '1h'];

export const windowStart = (tier: Tier, atMs: number): number =>
  atMs - (((atMs % TIER_MS[tier]) + TIER_MS[tier]) % TIER_MS[tier]);

export const windowEnd = (window: { readonly tier: Tier; readonly startMs: number }): number =>
  window.startMs + TIER_MS[window.tier];

export function openWindow(tier: Tier, startMs: number, whole: boolean, nowMs: number): OpenWindow {
  return { tier, startMs, whole, moments: newMoments(VITALS.length), writtenAtMs: nowMs, dirty: false };
}

/** Adds the usable values (NaN: none) in place. */
export function addToWindow(window: OpenWindow, usable: Float64Array): void {
  for (let vital = 0; vital < usable.length; vital++) {
    const value = usable[vital]!;
    if (Number.isNaN(value)) continue;
    addValue(window.moments, vital, value);
    window.dirty = true;
  }
}

export interface WindowOf {
  readonly tier: Tier;
  readonly patientId: string;
  readonly region: string;
  readonly startMs: number;
}

/** The window's row; undefined where it holds no usable value. */
export function windowPoint(window: WindowOf, moments: Float64Array): WindowPoint | undefined {
  const vitals: Partial<Record<VitalName, WindowStatistics>> = {};
  let any = false;
  for (const [index, vital] of VITALS.entries()) {
    const statistics = statisticsOf(moments, index);
    if (!statistics) continue;
    const { mean, min, max, count } = statistics;
    vitals[vital] = { mean, min, max, count };
    any = true;
  }
  if (!any) return undefined;
  const { tier, patientId, region, startMs } = window;
  return { tier, patientId, region, startMs, vitals };
}

/** The rows of `vital_trends` that an hour's window makes: one a vital with a usable value. */
export function trendsOf(window: WindowOf, moments: Float64Array): VitalTrend[] {
  return VITALS.flatMap((vital, index) => {
    const statistics = statisticsOf(moments, index);
    if (!statistics) return [];
    return [{ patientId: window.patientId, vital, hourMs: window.startMs, ...statistics }];
  });
}
