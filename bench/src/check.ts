import { readFileSync, writeFileSync } from 'node:fs';
import type { FigureResult, MeasurementResult } from './results.ts';

/** Figures to hold a run to, by measurement and figure. */
export interface Baseline {
  /** Where they were measured. */
  readonly machine: string;
  readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** How much worse than its baseline a figure may be. */
export const WORSE_BY = 0.15;
/** Only what a busy machine does not change can be held to a baseline: ratios within a run, and allocation. */
const HELD_UNITS = new Set(['× reference', 'B a reading']);
const FILE = new URL('../baselines/baseline.json', import.meta.url);

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Baseline;
}

export function writeBaseline(baseline: Baseline): void {
  writeFileSync(FILE, `${JSON.stringify(baseline, undefined, 2)}\n`);
}

/** The baseline with what was measured now in place of what it had. */
export function updated(before: Baseline, results: readonly MeasurementResult[], machine: string): Baseline {
  const figures = { ...before.figures };
  for (const { name, figures: measured } of results) {
    const held = measured.filter(({ unit }) => HELD_UNITS.has(unit));
    if (held.length > 0)
      figures[name] = Object.fromEntries(
        held.map((figure) => [figure.name, Number(figure.value.toPrecision(4))]),
      );
  }
  return { machine, figures };
}

/**
 * What is worse than the baseline allows, a line each. A figure of the baseline that a measured measurement no longer has is one too.
 * Measurements that were not run are not asked for.
 */
export function regressions(results: readonly MeasurementResult[], baseline: Baseline): readonly string[] {
  return results.flatMap(({ name, figures }) =>
    Object.entries(baseline.figures[name] ?? {}).flatMap(([figure, before]) => {
      const now = figures.find((measured) => measured.name === figure);
      return problem(`${name}: ${figure}`, now, before);
    }),
  );
}

function problem(name: string, now: FigureResult | undefined, before: number): readonly string[] {
  if (!now || !Number.isFinite(now.value)) return [`${name}: not measured, and the baseline has it`];
  const worse = now.better === 'lower' ? now.value / before - 1 : before / now.value - 1;
  if (worse <= WORSE_BY) return [];
  const values = `${now.value.toPrecision(4)} ${now.unit}, baseline ${before}`;
  return [`${name}: ${Math.round(worse * 100)} % worse than the baseline (${values})`];
}
