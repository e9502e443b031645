import type { StreamReading } from '../operators/stream-reading.ts';
import type { News } from './news.ts';

/**
 * What a pipeline makes of the readings of one partition: its operators, and the state they work on. No effects, no clock, no promises:
 * the same calls give the same state and the same outputs. The partition's task owns the state and decides when outputs are stored.
 */
export interface Topology<State, Outputs> {
  readonly pipeline: PipelineName;
  /** Changes whenever a stored state of before could not be read as one of now. */
  readonly stateVersion: number;
  /** While the task catches up, it shows no more often. */
  readonly shownEveryMs: number;
  /** `wholeFromMs`: readings that arrived before are not all seen; -infinity where the stream is read from its beginning. */
  newState(wholeFromMs: number): State;
  /** `unshown`: of the batch before, where it was not shown; what it would have shown is taken over. */
  newOutputs(unshown?: Outputs): Outputs;
  /** Handles one reading. Processing time is its arrival. May throw: the reading is then set aside, and what was put out so far stands. */
  handle(state: State, input: StreamReading, outputs: Outputs): void;
  /** Takes in what was decided elsewhere; answers whether the state changed, and must be saved before anything follows from it. */
  apply(state: State, news: News, nowMs: number, outputs: Outputs): boolean;
  /**
   * Processing time has come to `nowMs`, and everything that arrived before was handled; `silent` when nothing more is waiting either.
   * When it is called is not repeatable, so that what it puts out must be kept by `unrepeatable` or be idempotent.
   */
  advance(state: State, nowMs: number, silent: boolean, outputs: Outputs): void;
  /**
   * Puts out what is there to be looked at, where only the newest counts: after every few readings and every tick, or, where the next batch
   * waits already, left to that one. What was put out before stays, the newest comes last.
   */
  show(state: State, outputs: Outputs): void;
  /** The part of an `advance`'s outputs that a replay might not come to again and whose effects must not be left half done. */
  unrepeatable(outputs: Outputs): Outputs | undefined;
  /** Event time that the watermark has reached, for the metric. */
  watermarkMs(state: State): number;
}

export type PipelineName = 'alerting' | 'storage';

/** Where outputs take effect. */
export interface Sink<Outputs> {
  /**
   * Resolves once what must not be lost is stored; storing the same again changes nothing. Tries on while an engine is away, until the
   * pipeline stops. @throws what no retry can help
   */
  store(outputs: Outputs, partition: number): Promise<void>;
}
