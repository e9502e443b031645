/** Between the measurement and the process that it kills and starts again. */
export type ToEngine =
  { readonly do: 'fill'; readonly patients: number; readonly seconds: number } | { readonly do: 'alert' };

export type FromEngine =
  | {
      readonly told: 'filled';
      /** Of the newest checkpoints of all partitions, by pipeline. */
      readonly checkpoints: Readonly<Record<string, CheckpointCost>>;
    }
  | { readonly told: 'started'; readonly backlog: number }
  | { readonly told: 'alert' };

export interface CheckpointCost {
  readonly bytes: number;
  /** From the first byte encoded until it is durable, of one partition, in the mean. */
  readonly tookMs: number;
}
