export interface SeriesUsed {
  readonly name: string;
  /** What the selector names; the labels of `by` and `on` may be another function's. */
  readonly labels: readonly string[];
}

/** Our own, and those of prom-client's default metrics; whatever else is a word in PromQL is a function or a label. */
const SERIES = /\b((?:vitalwire|nodejs|process)_[a-z0-9_]+|up)\b(?:\{([^}]*)\})?/g;
const LABEL = /([a-z_][a-z0-9_]*)\s*(?:=~|!~|!=|=)/gi;

/** The series that a PromQL expression selects. */
export function seriesUsed(expression: string): readonly SeriesUsed[] {
  return [...expression.matchAll(SERIES)].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(LABEL)].map(([, label = '']) => label),
  }));
}
