import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { GroupPartition } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { isSuperseded } from '@vitalwire/core/runtime/errors.ts';
import type { PipelineMetrics } from '../metrics.ts';
import type { Attempt } from './attempt.ts';
import { encodeState } from './checkpoint-codec.ts';
import type { CheckpointPace } from './checkpoint-pace.ts';
import { SlicedWork } from './sliced-work.ts';
import type { Topology } from './topology.ts';

export interface PartitionCheckpointsOptions<State, Outputs> {
  readonly partition: number;
  readonly topology: Pick<Topology<State, Outputs>, 'pipeline' | 'stateVersion'>;
  readonly group: GroupPartition;
  readonly checkpoints: CheckpointStore;
  readonly clock: Clock;
  readonly metrics: PipelineMetrics;
  readonly attempt: Attempt;
  readonly pace: CheckpointPace;
  /** Where the partition is read from: that much is in a checkpoint already. */
  readonly startAt: number | undefined;
  /** Moves the first checkpoint earlier, so that a member's partitions do not all pause in the same moment. */
  readonly firstCheckpointAfterMs: number;
}

/**
 * The checkpoints of one partition, one after the other. Only the encoding needs a state that stands still: what follows may go on while it
 * is being saved, unless it must not take effect before.
 */
export class PartitionCheckpoints<State, Outputs> {
  readonly #options: PartitionCheckpointsOptions<State, Outputs>;
  /** What the newest checkpoint begins at, saved or about to be. */
  #offset: number | undefined;
  #dueMs: number;
  #saving: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #superseded = false;

  constructor(options: PartitionCheckpointsOptions<State, Outputs>) {
    this.#options = options;
    this.#offset = options.startAt;
    this.#dueMs = options.clock.monotonic() + options.firstCheckpointAfterMs;
  }

  /** Whether the partition was found to be another member's when an offset was committed: what still comes is left to it. */
  get superseded(): boolean {
    return this.#superseded;
  }

  isDue(nextOffset: number | undefined): boolean {
    const { clock, pace } = this.#options;
    if (this.#saving !== undefined || !this.lacks(nextOffset)) return false;
    const nowMs = clock.monotonic();
    return nowMs >= this.#dueMs && pace.mayBegin(nowMs);
  }

  /** Whether `nextOffset` is beyond the newest checkpoint. */
  lacks(nextOffset: number | undefined): boolean {
    return nextOffset !== this.#offset;
  }

  /** @throws what a save failed with that nobody waited for */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves when no save is on its way, however the last one ended. */
  async settled(): Promise<void> {
    await this.#saving?.catch(() => undefined);
  }

  /**
   * Resolves to how long the encoding took of the thread, ms, as soon as the state may change again. `saved` resolves once the checkpoint
   * stands; where nobody waits for it, `check` tells that it failed.
   */
  async take(
    state: State,
    nextOffset: number | undefined,
    unstored?: Outputs,
  ): Promise<{ readonly workMs: number; readonly saved: Promise<void> }> {
    const { topology, clock, pace } = this.#options;
    await this.settled();
    this.check();
    const startedMs = clock.monotonic();
    pace.began(startedMs);
    const stored = { version: topology.stateVersion, state, unstored };
    const { bytes, workMs } = await pace.encodings.run(async () => {
      const encoding = new SlicedWork(clock);
      const encoded = await encodeState(stored, () => encoding.pause());
      return { bytes: encoded, workMs: encoding.workMs() };
    });
    this.#offset = nextOffset;
    const saved = this.#save(bytes, nextOffset, startedMs).finally(() => {
      this.#saving = undefined;
      this.#dueMs = clock.monotonic() + pace.untilNextMs(workMs);
    });
    this.#saving = saved;
    saved.catch((error: unknown) => (this.#failure = { error }));
    return { workMs, saved };
  }

  async #save(state: Uint8Array, nextOffset: number | undefined, startedMs: number): Promise<void> {
    const { topology, clock, checkpoints, partition, attempt, metrics, group } = this.#options;
    const { pipeline } = topology;
    const checkpoint = { nextOffset: nextOffset ?? 0, state };
    const { length } = state;
    await attempt('checkpoint', () => checkpoints.save(pipeline, partition, checkpoint));
    metrics.checkpointBytes.set({ pipeline, partition }, length);
    metrics.checkpointDuration.observe({ pipeline }, (clock.monotonic() - startedMs) / 1000);
    if (nextOffset === undefined) return;
    try {
      await attempt('commit', () => group.commit(nextOffset));
    } catch (error) {
      // The partition has moved on: whoever has it now reads from a checkpoint of ours or a newer one.
      if (!isSuperseded(error)) throw error;
      this.#superseded = true;
    }
  }
}
