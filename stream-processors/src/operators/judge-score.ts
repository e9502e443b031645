import { PRIORITY_RANK, type Priority } from '@vitalwire/core/alarms/condition.ts';
import type { ScoreSettings } from '@vitalwire/core/alarms/settings.ts';
import type { AlertLevel } from '@vitalwire/core/ports/analytics.ts';

/**
 * The early-warning score as a condition (`early_warning_score`): one parameter at 3, an aggregate of 5, an aggregate of 7.
 *
 * A score stands until another takes its place: unlike a limit's sample it needs no next one to prove it, and a patient charted once an hour
 * is not alarmed an hour late. So its delays are processing time, by the arrival of the reading that made it, and are over at the same
 * moment whether a tick notices or the next reading. A worse level that has stood for the delay raises the priority, which is never
 * lowered while the condition lasts; it ends once no level has stood for `clearAfterMs`.
 */
export interface ScoreJudgement {
  readonly score: number;
  /** By level (a single 3, 5, 7), since when the score has been there. */
  readonly tierSince: readonly (Stamp | null)[];
  /** Since when it has been below all. */
  readonly clearSince: Stamp | null;
  readonly condition: PresentScore | null;
}

interface Stamp {
  readonly atMs: number;
  readonly arrivalMs: number;
}

export interface PresentScore {
  readonly onsetMs: number;
  readonly priority: Priority;
  readonly threshold: number;
  readonly revision: number;
}

export interface ScoreChange extends PresentScore {
  readonly event: 'began' | 'changed' | 'ended';
  readonly value: number;
  readonly atMs: number;
}

/** `null`: below all levels with nothing to remember. */
export interface ScoreStep {
  readonly state: ScoreJudgement | null;
  readonly change: ScoreChange | undefined;
}

const THRESHOLDS = [3, 5, 7] as const;
const RANKS: Readonly<Record<AlertLevel, number>> = { low: 0, 'low-medium': 1, medium: 2, high: 3 };

/**
 * The first that has become due by `nowMs` (processing time) while the score stood as it is; again, until nothing has: what is told must not
 * hang on when somebody looked.
 */
export function settleScore(state: ScoreJudgement, rule: ScoreSettings, nowMs: number): ScoreStep {
  const { condition, clearSince, score } = state;
  if (condition !== null && clearSince !== null && nowMs - clearSince.arrivalMs >= rule.clearAfterMs) {
    const atMs = clearSince.atMs + rule.clearAfterMs;
    const revision = condition.revision + 1;
    return { state: null, change: { event: 'ended', ...condition, revision, value: score, atMs } };
  }
  const tier = nextTier(state, rule);
  const since = state.tierSince[tier] ?? null;
  if (since === null || nowMs - since.arrivalMs < rule.delayMs) return { state, change: undefined };
  const present: PresentScore = {
    onsetMs: condition?.onsetMs ?? state.tierSince[0]?.atMs ?? since.atMs,
    priority: priorityOf(rule, tier),
    threshold: THRESHOLDS[tier]!,
    revision: (condition?.revision ?? 0) + 1,
  };
  const event = condition === null ? 'began' : 'changed';
  const atMs = since.atMs + rule.delayMs;
  return { state: { ...state, condition: present }, change: { event, ...present, value: score, atMs } };
}

const priorityOf = (rule: ScoreSettings, tier: number): Priority =>
  [rule.singleThree, rule.five, rule.seven][tier]!;

/** Of the levels that are worse than what is present, the one that falls due first; of those due together the worst. -1: none. */
function nextTier({ tierSince, condition }: ScoreJudgement, rule: ScoreSettings): number {
  let next = -1;
  for (let tier = THRESHOLDS.length - 1; tier >= 0; tier--) {
    const since = tierSince[tier] ?? null;
    if (since === null) continue;
    if (condition && PRIORITY_RANK[priorityOf(rule, tier)] <= PRIORITY_RANK[condition.priority]) continue;
    if (next < 0 || since.arrivalMs < tierSince[next]!.arrivalMs) next = tier;
  }
  return next;
}

/** The score that takes the place of the one before; `settleScore` first. */
export function observeScore(
  state: ScoreJudgement | null,
  score: number,
  level: AlertLevel,
  stamp: Stamp,
): ScoreJudgement | null {
  const rank = RANKS[level];
  if (rank === 0 && !state?.condition) return null;
  return {
    score,
    tierSince: THRESHOLDS.map((_, tier) => (rank > tier ? (state?.tierSince[tier] ?? stamp) : null)),
    clearSince: rank > 0 ? null : (state?.clearSince ?? stamp),
    condition: state?.condition ?? null,
  };
}
