/** What a batch met on its way, for the metrics. */
export interface Tally {
  readings: number;
  duplicates: number;
  /** Sequences jumped over. */
  skipped: number;
  /** Sequences that came after a later one. */
  filled: number;
  /** Older than what is judged as now. */
  historical: number;
  /** From beyond arrival and the tolerance. */
  future: number;
}

export const newTally = (): Tally => ({
  readings: 0,
  duplicates: 0,
  skipped: 0,
  filled: 0,
  historical: 0,
  future: 0,
});
