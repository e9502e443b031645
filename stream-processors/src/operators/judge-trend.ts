import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import type { TrendSettings } from '@vitalwire/core/alarms/settings.ts';

/**
 * A vital that moves fast (`falling_…`, `rising_…`), wherever its limits lie: the newest mean against the highest (falling) or lowest
 * (rising) of the minutes before it. The mean has smoothed what a limit's delay would; so it begins at once. It ends when the movement is
 * less than `by` by the margin, also because it has lasted so long that it is the level now.
 */
export interface TrendState {
  readonly onsetMs: number;
  readonly priority: Priority;
}

export interface TrendStep {
  readonly state: TrendState | null;
  readonly change: { readonly event: 'began' | 'ended'; readonly onsetMs: number } | undefined;
}

const STEADY: TrendStep = Object.freeze({ state: null, change: undefined });

/** How far the vital has moved in the rule's direction, in its unit; `reference` holds the extremes of the means before. */
export const movement = (
  rule: TrendSettings,
  newest: number,
  reference: { readonly min: number; readonly max: number },
): number => (rule.direction === 'falling' ? reference.max - newest : newest - reference.min);

export function judgeTrend(
  state: TrendState | null,
  rule: TrendSettings,
  moved: number,
  atMs: number,
): TrendStep {
  if (state === null) {
    if (moved < rule.by) return STEADY;
    return { state: { onsetMs: atMs, priority: rule.priority }, change: { event: 'began', onsetMs: atMs } };
  }
  if (moved > rule.by - rule.margin) return { state, change: undefined };
  return { state: null, change: { event: 'ended', onsetMs: state.onsetMs } };
}
