import { PRIORITY_RANK, type Priority } from '@vitalwire/core/alarms/condition.ts';
import { crosses, isClean, type LimitRule } from './limit-rule.ts';

/**
 * One side of one vital's limits: inside, being timed, present (clinical.md, "Alarm model").
 *
 * All times are event time, and only samples prove anything: a condition is there at the first crossing sample at or after its delay, not
 * at a tick of a clock. Each tier is timed by itself, from the first sample that crossed it.
 * - A sample back inside a tier's limit by the hysteresis is clean and starts that tier over. One between the limit and that margin
 *   neither starts it over nor stops it, but cannot complete it: a value that hovers at its limit still alarms.
 * - A gap in which nobody looked (`uncountedMs`) counts for neither the delay nor the clearing.
 * - A worse tier whose own delay passed raises the priority, which is never lowered while the condition lasts.
 * - It ends once samples were clean by the mildest limit for `clearAfterMs`. A vital that is not timed (no delay) and measured now and
 *   then ends with one clean sample: the next cuff measurement may be half an hour away.
 */
export interface LimitState {
  /** First sample of the crossing that is timed; undefined when the newest samples were clean. */
  readonly sinceMs: number | undefined;
  /** By tier, from when its delay counts (moved on by gaps); undefined where it is not crossed. */
  readonly tierSinceMs: readonly (number | undefined)[];
  readonly condition: PresentLimit | undefined;
  /** From when the clearing counts. */
  readonly cleanSinceMs: number | undefined;
}

export interface PresentLimit {
  readonly onsetMs: number;
  readonly priority: Priority;
  readonly threshold: number;
  readonly revision: number;
}

/** `null` is the steady state, inside the limit with nothing to remember. */
export interface LimitStep {
  readonly state: LimitState | null;
  readonly change: LimitChange | undefined;
}

export interface LimitChange extends PresentLimit {
  readonly event: 'began' | 'changed' | 'ended';
}

export interface LimitSample {
  readonly value: number;
  readonly atMs: number;
  /** The time since the vital's sample before, where nobody looked in between; 0 in an unbroken stream. */
  readonly uncountedMs: number;
  /** The vital is measured now and then, not watched: the sample before is long ago. */
  readonly alone: boolean;
}

const STEADY: LimitStep = Object.freeze({ state: null, change: undefined });

export function judgeLimit(state: LimitState | null, rule: LimitRule, sample: LimitSample): LimitStep {
  if (state === null && !crosses(rule, rule.limit, sample.value)) return STEADY;
  const tierSinceMs = timeTiers(state, rule, sample);
  const sinceMs = state?.sinceMs ?? tierSinceMs[0];
  if (state?.condition === undefined) return begin(state, rule, sample, tierSinceMs, sinceMs);
  return continueOrEnd(state, state.condition, rule, sample, tierSinceMs);
}

/** What stays while nobody can look: a present condition, without its timers. */
export function suspendLimit(state: LimitState | null): LimitState | null {
  if (state?.condition === undefined) return null;
  return { sinceMs: undefined, tierSinceMs: [], condition: state.condition, cleanSinceMs: undefined };
}

/** The tier that is due next and worse than what is present, if one is being timed. */
export function pendingTier(
  state: LimitState,
  rule: LimitRule,
): { readonly priority: Priority; readonly sinceMs: number; readonly dueMs: number } | undefined {
  let next: { priority: Priority; sinceMs: number; dueMs: number } | undefined;
  for (const [index, tier] of rule.tiers.entries()) {
    const sinceMs = state.tierSinceMs[index];
    if (sinceMs === undefined) continue;
    if (state.condition && PRIORITY_RANK[tier.priority] <= PRIORITY_RANK[state.condition.priority]) continue;
    const dueMs = sinceMs + tier.delayMs;
    if (next === undefined || dueMs <= next.dueMs) next = { priority: tier.priority, sinceMs, dueMs };
  }
  return next;
}

const NO_TIERS: readonly undefined[] = [];

/** The same array where nothing changed, so that an unbroken crossing allocates nothing but its step. */
function timeTiers(
  state: LimitState | null,
  rule: LimitRule,
  sample: LimitSample,
): readonly (number | undefined)[] {
  const before = state?.tierSinceMs ?? NO_TIERS;
  let changed = before.length !== rule.tiers.length;
  const after = rule.tiers.map((tier, index) => {
    const since = before[index];
    const now = isClean(rule, tier.limit, sample.value)
      ? undefined
      : since !== undefined
        ? since + sample.uncountedMs
        : crosses(rule, tier.limit, sample.value)
          ? sample.atMs
          : undefined;
    if (now !== since) changed = true;
    return now;
  });
  return changed ? after : before;
}

function worstDueTier(
  rule: LimitRule,
  sample: LimitSample,
  tierSinceMs: readonly (number | undefined)[],
): number {
  for (let index = rule.tiers.length - 1; index >= 0; index--) {
    const tier = rule.tiers[index]!;
    const since = tierSinceMs[index];
    if (since === undefined || !crosses(rule, tier.limit, sample.value)) continue;
    if (sample.atMs - since >= tier.delayMs) return index;
  }
  return -1;
}

function begin(
  state: LimitState | null,
  rule: LimitRule,
  sample: LimitSample,
  tierSinceMs: readonly (number | undefined)[],
  sinceMs: number | undefined,
): LimitStep {
  if (sinceMs === undefined || tierSinceMs[0] === undefined) return STEADY;
  const due = rule.tiers[worstDueTier(rule, sample, tierSinceMs)];
  if (due === undefined) {
    if (state !== null && tierSinceMs === state.tierSinceMs) return { state, change: undefined };
    return {
      state: { sinceMs, tierSinceMs, condition: undefined, cleanSinceMs: undefined },
      change: undefined,
    };
  }
  const condition: PresentLimit = {
    onsetMs: sinceMs,
    priority: due.priority,
    threshold: due.limit,
    revision: 1,
  };
  return {
    state: { sinceMs, tierSinceMs, condition, cleanSinceMs: undefined },
    change: { event: 'began', ...condition },
  };
}

function continueOrEnd(
  state: LimitState,
  condition: PresentLimit,
  rule: LimitRule,
  sample: LimitSample,
  tierSinceMs: readonly (number | undefined)[],
): LimitStep {
  const mildest = rule.tiers[0];
  if (mildest === undefined) return end(condition);
  if (isClean(rule, mildest.limit, sample.value)) {
    const cleanSinceMs =
      state.cleanSinceMs === undefined ? sample.atMs : state.cleanSinceMs + sample.uncountedMs;
    const oneIsEnough = sample.alone && mildest.delayMs === 0;
    if (oneIsEnough || sample.atMs - cleanSinceMs >= rule.clearAfterMs) return end(condition);
    return { state: { sinceMs: undefined, tierSinceMs, condition, cleanSinceMs }, change: undefined };
  }
  const due = rule.tiers[worstDueTier(rule, sample, tierSinceMs)];
  const sinceMs = tierSinceMs[0] === undefined ? undefined : (state.sinceMs ?? tierSinceMs[0]);
  if (due !== undefined && PRIORITY_RANK[due.priority] > PRIORITY_RANK[condition.priority]) {
    const worse: PresentLimit = {
      onsetMs: condition.onsetMs,
      priority: due.priority,
      threshold: due.limit,
      revision: condition.revision + 1,
    };
    return {
      state: { sinceMs, tierSinceMs, condition: worse, cleanSinceMs: undefined },
      change: { event: 'changed', ...worse },
    };
  }
  if (tierSinceMs === state.tierSinceMs && state.cleanSinceMs === undefined)
    return { state, change: undefined };
  return { state: { sinceMs, tierSinceMs, condition, cleanSinceMs: undefined }, change: undefined };
}

function end(condition: PresentLimit): LimitStep {
  return { state: null, change: { event: 'ended', ...condition, revision: condition.revision + 1 } };
}
