import type { Checkpoint } from '@vitalwire/core/ports/checkpoint-store.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { describe, expect, it } from 'vitest';
import { processorMetrics } from '../metrics.ts';
import { decodeState } from './checkpoint-codec.ts';
import { CheckpointPace } from './checkpoint-pace.ts';
import { PartitionCheckpoints } from './partition-checkpoints.ts';

const EVERY_MS = 5_000;

interface Save {
  readonly offset: number;
  readonly count: number | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A store whose saves end when the test says so. */
function scene(commit: (offset: number) => Promise<void> = async () => {}) {
  const clock = new ManualClock();
  const registry = createRegistry('test');
  const saves: Save[] = [];
  const committed: number[] = [];
  const pace = new CheckpointPace(EVERY_MS, () => 1);
  const checkpoints = new PartitionCheckpoints<{ count: number }, never>({
    partition: 0,
    topology: { pipeline: 'alerting', stateVersion: 1 },
    group: {
      committed: undefined,
      commit: (offset) => commit(offset).then(() => void committed.push(offset)),
    },
    checkpoints: {
      load: async () => undefined,
      save(_pipeline, _partition, { nextOffset, state }: Checkpoint) {
        const count = decodeState<{ count: number }, never>(state, 1)?.state.count;
        // As a store may.
        if (state.buffer instanceof ArrayBuffer) state.buffer.transfer(0);
        return new Promise((resolve, reject) =>
          saves.push({ offset: nextOffset, count, resolve: () => resolve(), reject }),
        );
      },
      close: async () => {},
    },
    clock,
    metrics: processorMetrics(registry),
    attempt: (_effect, task) => task(),
    pace,
    startAt: 10,
    firstCheckpointAfterMs: EVERY_MS,
  });
  return { clock, saves, committed, checkpoints, registry, pace };
}

describe('PartitionCheckpoints', () => {
  it('needs the state to stand still for the encoding only', async () => {
    const { saves, committed, checkpoints } = scene();
    const state = { count: 1 };
    const { saved } = await checkpoints.take(state, 11);
    state.count = 2;
    expect(saves).toMatchObject([{ offset: 11, count: 1 }]);
    expect(committed).toEqual([]);
    saves[0]?.resolve();
    await saved;
    expect(committed).toEqual([11]);
  });

  it('tells the size of what is saved, whose bytes are the store’s', async () => {
    const { saves, checkpoints, registry } = scene();
    const { saved } = await checkpoints.take({ count: 1 }, 11);
    saves[0]?.resolve();
    await saved;
    const [gauge] = (await registry.getMetricsAsJSON()).filter(
      ({ name }) => name === 'vitalwire_checkpoint_bytes',
    );
    expect(gauge?.values[0]?.value).toBeGreaterThan(30);
  });

  it('encodes when no other state of the member is being encoded', async () => {
    const { saves, checkpoints, pace } = scene();
    const other = Promise.withResolvers<void>();
    const encoding = pace.encodings.run(() => other.promise);
    const taken = checkpoints.take({ count: 1 }, 11);
    await new Promise((resolve) => setImmediate(resolve));
    expect(saves).toEqual([]);
    other.resolve();
    await encoding;
    await taken;
    expect(saves).toMatchObject([{ offset: 11, count: 1 }]);
  });

  it('saves one after the other', async () => {
    const { saves, committed, checkpoints } = scene();
    await checkpoints.take({ count: 1 }, 11);
    const second = checkpoints.take({ count: 2 }, 12);
    await new Promise((resolve) => setImmediate(resolve));
    expect(saves).toHaveLength(1);
    saves[0]?.resolve();
    const { saved } = await second;
    saves[1]?.resolve();
    await saved;
    expect(committed).toEqual([11, 12]);
  });

  it('is due where there is something new, a while after the save before has ended', async () => {
    const { clock, saves, checkpoints } = scene();
    await clock.advance(EVERY_MS);
    expect(checkpoints.isDue(10)).toBe(false);
    expect(checkpoints.isDue(11)).toBe(true);
    const { saved } = await checkpoints.take({ count: 1 }, 11);
    await clock.advance(10 * EVERY_MS);
    expect(checkpoints.isDue(12)).toBe(false);
    saves[0]?.resolve();
    await saved;
    expect(checkpoints.isDue(12)).toBe(false);
    await clock.advance(EVERY_MS);
    expect(checkpoints.isDue(12)).toBe(true);
  });

  it('tells of a save that failed while nobody waited, and takes no other', async () => {
    const { saves, checkpoints } = scene();
    await checkpoints.take({ count: 1 }, 11);
    expect(() => checkpoints.check()).not.toThrow();
    saves[0]?.reject(new Error('disk gone'));
    await checkpoints.settled();
    expect(() => checkpoints.check()).toThrow('disk gone');
    await expect(checkpoints.take({ count: 2 }, 12)).rejects.toThrow('disk gone');
    expect(saves).toHaveLength(1);
  });

  it('knows from the commit that the partition is another’s', async () => {
    const { saves, checkpoints } = scene(() =>
      Promise.reject(new VitalwireError('superseded', 'another has it', { retriable: false })),
    );
    const { saved } = await checkpoints.take({ count: 1 }, 11);
    saves[0]?.resolve();
    await saved;
    expect(checkpoints.superseded).toBe(true);
    expect(() => checkpoints.check()).not.toThrow();
  });
});
