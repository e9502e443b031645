import { judgeTrend, movement } from '../operators/judge-trend.ts';
import { endedPaneMean, minuteExtremes } from '../operators/rolling-panes.ts';
import { emit } from './outputs.ts';
import type { TrendRule } from './rulebook.ts';
import type { Step } from './technical.ts';

/**
 * A pane of the vital's rolling aggregates ended: its mean against the minutes before. Of a vital that is measured now and then (`alone`)
 * the value itself is the newest: its pane ends only when the next one comes.
 */
export function judgeTrends(
  step: Step,
  rules: readonly TrendRule[],
  vital: number,
  value: number,
  alone: boolean,
): void {
  const { settings, patient, input, outputs } = step;
  const { cells, panes } = patient;
  if (panes === null) return;
  const newest = alone ? value : endedPaneMean(cells, panes, vital);
  if (newest === undefined) return;
  for (const rule of rules) {
    const extremes = minuteExtremes(panes, vital, input.atMs, rule.withinMs);
    if (extremes === undefined) continue;
    const { type } = rule;
    const before = patient.trends[type] ?? null;
    const { state, change } = judgeTrend(before, rule, movement(rule, newest, extremes), input.atMs);
    if (change === undefined) continue;
    if (state === null) delete patient.trends[type];
    else patient.trends[type] = state;
    emit(outputs, settings.version, input.reading.patientId, patient, {
      ...change,
      type,
      priority: (state ?? before ?? rule).priority,
      revision: change.event === 'began' ? 1 : 2,
      value: newest,
      threshold: rule.by,
      atMs: input.atMs,
    });
  }
}
