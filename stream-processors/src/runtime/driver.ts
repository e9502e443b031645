import type { LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { decodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { toStreamReading } from '../operators/stream-reading.ts';
import { decodeState, encodeStateAtOnce } from './checkpoint-codec.ts';
import type { News } from './news.ts';
import type { Topology } from './topology.ts';

/**
 * Runs a topology over one partition synchronously, with time in the caller's hand: readings in, outputs out, no log and no stores. What a
 * test or a replay of stored readings (a what-if) needs.
 */
export interface Driver<Outputs> {
  /** The reading arrives at `arrivalMs` in a batch of its own. */
  pipe(reading: Reading, arrivalMs: number, headers?: Readonly<Record<string, string>>): Outputs;
  /** The same for records as the event log holds them, in one batch. */
  pipeBatch(records: readonly LogRecord[]): Outputs;
  /** Nothing is waiting and the wall clock shows `nowMs`. */
  tick(nowMs: number): Outputs;
  /** The task is told what was decided elsewhere. */
  tell(news: Partial<News>, nowMs: number): Outputs;
  /** Dies and comes back with the state it had, through its stored form. */
  restart(): void;
}

export function createDriver<State, Outputs>(topology: Topology<State, Outputs>): Driver<Outputs> {
  let state = topology.newState(Number.NEGATIVE_INFINITY);
  function batch(work: (outputs: Outputs) => void): Outputs {
    const outputs = topology.newOutputs();
    work(outputs);
    topology.show(state, outputs);
    return outputs;
  }
  return {
    pipe: (reading, arrivalMs, headers = {}) =>
      batch((outputs) => topology.handle(state, toStreamReading(reading, headers, arrivalMs), outputs)),
    pipeBatch: (records) =>
      batch((outputs) => {
        for (const { value, headers, timestampMs } of records) {
          const reading = decodeReading(value ?? new Uint8Array());
          topology.handle(state, toStreamReading(reading, headers, timestampMs), outputs);
        }
      }),
    tick: (nowMs) => batch((outputs) => topology.advance(state, nowMs, true, outputs)),
    tell: (news, nowMs) =>
      batch((outputs) => {
        const { settings, patients = new Map(), whole = false } = news;
        topology.apply(state, { settings, patients, whole }, nowMs, outputs);
      }),
    restart() {
      const bytes = encodeStateAtOnce({ version: topology.stateVersion, state, unstored: undefined });
      state = decodeState<State, Outputs>(bytes, topology.stateVersion)!.state;
    },
  };
}
