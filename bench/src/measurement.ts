/** One number of a run. */
export interface Figure {
  /** Unique within its measurement, such as `PUBACK p99`. */
  readonly name: string;
  readonly value: number;
  /** Such as `readings/s`, `µs`, `ms`, `MiB`, or `×` for a ratio within the run. */
  readonly unit: string;
  /** What it should reach, in the same unit; printed beside it. */
  readonly aim: number | undefined;
  readonly better: 'higher' | 'lower';
}

export interface MeasurementContext {
  /** Length of each timed part, in seconds; warm-up comes on top. */
  readonly seconds: number;
  /** Says what is under way, for the person who waits. */
  readonly note: (text: string) => void;
}

/** A thing that `npm run bench` can measure: one file in measurements/, listed in main.ts. It brings up and takes away all that it needs. */
export interface Measurement {
  /** What the command line calls it. */
  readonly name: string;
  /** One line for the help text and the heading. */
  readonly about: string;
  /** `engines` ones run where the engines' programs are on the machine, or with `--engines`, on the engines that the environment names (`KAFKA_BROKERS`, `REDIS_URL` ...), else on fresh ones of their own. */
  readonly needs: 'nothing' | 'engines';
  run(context: MeasurementContext): Promise<readonly Figure[]>;
}
