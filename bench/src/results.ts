import type { Figure, Measurement, MeasurementContext } from './measurement.ts';

/** A figure over all runs. */
export interface FigureResult extends Omit<Figure, 'value'> {
  /** The median of the runs; of an even number, the mean of the middle two. */
  readonly value: number;
  /** What each run gave, in their order. */
  readonly runs: readonly number[];
}

export interface MeasurementResult {
  readonly name: string;
  readonly about: string;
  readonly figures: readonly FigureResult[];
}

/** Runs a measurement several times, one after another. A figure that some runs do not have is the median of those that do. */
export async function measureRuns(
  measurement: Measurement,
  runs: number,
  context: MeasurementContext,
): Promise<MeasurementResult> {
  const values = new Map<string, { readonly figure: Figure; readonly runs: number[] }>();
  for (let run = 1; run <= runs; run++) {
    const prefix = runs === 1 ? measurement.name : `${measurement.name} ${run}/${runs}`;
    context.note(prefix);
    const note = (text: string): void => context.note(`${prefix}: ${text}`);
    for (const figure of await measurement.run({ ...context, note })) {
      const known = values.get(figure.name);
      if (known) known.runs.push(figure.value);
      else values.set(figure.name, { figure, runs: [figure.value] });
    }
  }
  const figures = [...values.values()].map(({ figure, runs }) => ({ ...figure, value: median(runs), runs }));
  return { name: measurement.name, about: measurement.about, figures };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Undefined where there is no aim. */
export function meetsAim({ value, aim, better }: Omit<Figure, 'name' | 'unit'>): boolean | undefined {
  if (aim === undefined) return undefined;
  return better === 'higher' ? value >= aim : value <= aim;
}
