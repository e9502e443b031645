/** What a chart marks beside its line: artefacts, and times whose readings arrived too late for anybody to be told. Pure. */
import type { VitalName } from '../vital-text.ts';
import type { Sample } from './series.ts';

export interface ChartMarks {
  /** Values that the device itself calls no measurement: shown, never joined to the line. */
  readonly artefacts: readonly { readonly atMs: number; readonly value: number }[];
  readonly arrivedLate: readonly LateSpan[];
}

export interface LateSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Late readings further apart are two spans. */
const APART_MS = 30_000;

export function marksOf(samples: readonly Sample[], vitals: readonly VitalName[]): ChartMarks {
  const artefacts: { atMs: number; value: number }[] = [];
  const arrivedLate: { fromMs: number; toMs: number }[] = [];
  for (const { atMs, values, artefacts: marked, arrivedLate: late } of samples) {
    for (const vital of vitals) {
      const value = marked[vital];
      if (value !== undefined) artefacts.push({ atMs, value });
    }
    const shown = vitals.some((vital) => values[vital] !== undefined || marked[vital] !== undefined);
    if (!late || !shown) continue;
    const last = arrivedLate.at(-1);
    if (last !== undefined && atMs - last.toMs <= APART_MS) last.toMs = atMs;
    else arrivedLate.push({ fromMs: atMs, toMs: atMs });
  }
  return { artefacts, arrivedLate };
}
