/** Service-level objectives on one line: `alert_p99<50ms,lost=0,rate>=2000`. */

const LATENCIES = ['puback', 'vitals', 'alert', 'schedule_late'] as const;
const QUANTILES = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
const COUNTS = [
  'lost',
  'duplicated',
  'out_of_order',
  'late',
  'unexplained',
  'unacknowledged',
  'refused',
  'rate',
] as const;
const METRICS: readonly string[] = [
  ...LATENCIES.flatMap((name) => QUANTILES.map((q) => `${name}_${q}`)),
  ...COUNTS,
];
const OPERATORS = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '=': (a: number, b: number) => a === b,
} as const;
type Operator = keyof typeof OPERATORS;
const UNITS_MS: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1_000 };

export interface Objective {
  /** As it was written. */
  readonly text: string;
  readonly metric: string;
  readonly operator: Operator;
  /** Milliseconds of a latency, else a number. */
  readonly bound: number;
}

export interface ObjectiveResult {
  readonly text: string;
  /** undefined where nothing was measured: then it is not met. */
  readonly actual: number | undefined;
  readonly is_met: boolean;
}

/** The line is not what it should be; the message says where. */
export class SloError extends Error {
  override readonly name = 'SloError';
}

const isLatency = (metric: string): boolean => LATENCIES.some((name) => metric.startsWith(`${name}_`));

/** @throws SloError */
export function parseSlo(line: string): readonly Objective[] {
  return line.split(',').map((part) => {
    const text = part.trim();
    const match = /^([a-z0-9_]+)\s*(<=|>=|<|>|=)\s*(\d+(?:\.\d+)?)\s*([a-zµ]*)$/.exec(text);
    if (!match) throw new SloError(`"${text}" is not like alert_p99<50ms or lost=0`);
    const [, metric = '', operator = '', number = '', unit = ''] = match;
    if (!METRICS.includes(metric)) {
      throw new SloError(
        `"${text}": no metric ${metric}; there are ${LATENCIES.join('_*, ')}_* (${QUANTILES.join(', ')}) and ${COUNTS.join(', ')}`,
      );
    }
    if (isLatency(metric) && !(unit in UNITS_MS))
      throw new SloError(`"${text}": a latency has a unit: us, ms or s`);
    if (!isLatency(metric) && unit !== '')
      throw new SloError(`"${text}": ${metric} is a number without a unit`);
    return { text, metric, operator: operator as Operator, bound: Number(number) * (UNITS_MS[unit] ?? 1) };
  });
}

/** `actual` answers in milliseconds for a latency, undefined where nothing was measured. */
export function judgeSlo(
  objectives: readonly Objective[],
  actual: (metric: string) => number | undefined,
): ObjectiveResult[] {
  return objectives.map(({ text, metric, operator, bound }) => {
    const value = actual(metric);
    return { text, actual: value, is_met: value !== undefined && OPERATORS[operator](value, bound) };
  });
}
