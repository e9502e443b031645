import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckpointStore } from '../../ports/checkpoint-store.ts';

/** One adapter on one engine, for one test. */
export interface CheckpointStoreHarness {
  /** The store under test; another object after `reopen`. */
  readonly store: CheckpointStore;
  /** The name of a pipeline that has no checkpoint yet, of at least four partitions. */
  pipeline(): Promise<string>;
  /** Ends the store's process in mid-air, or as near to that as can be had, and starts it anew. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

const LARGE_BYTES = 12 * 1024 * 1024;

/** Registers a test for every promise of `CheckpointStore`. */
export function checkpointStoreContract(
  engine: string,
  makeHarness: () => Promise<CheckpointStoreHarness>,
): void {
  describe(`CheckpointStore on ${engine}`, () => {
    let harness: CheckpointStoreHarness;
    let pipeline: string;
    beforeEach(async () => {
      harness = await makeHarness();
      pipeline = await harness.pipeline();
    });
    afterEach(() => harness.close());

    const save = (partition: number, nextOffset: number, state: Uint8Array): Promise<void> =>
      harness.store.save(pipeline, partition, { nextOffset, state });
    const load = async (partition: number): Promise<[number, string] | undefined> => {
      const found = await harness.store.load(pipeline, partition);
      return found && [found.nextOffset, Buffer.from(found.state).toString('latin1')];
    };
    const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

    it('has nothing before the first save', async () => {
      expect(await load(0)).toBeUndefined();
    });

    it('answers with the newest, whole', async () => {
      await save(0, 10, bytes('first\0ÿ'));
      expect(await load(0)).toEqual([10, 'first\0ÿ']);
      await save(0, 12, bytes('second'));
      expect(await load(0)).toEqual([12, 'second']);
      await save(0, 12, bytes(''));
      expect(await load(0)).toEqual([12, '']);
    });

    it('keeps partitions and pipelines apart', async () => {
      await save(0, 1, bytes('zero'));
      await save(3, 4, bytes('three'));
      const other = await harness.pipeline();
      await harness.store.save(other, 0, { nextOffset: 9, state: bytes('other') });
      expect([await load(0), await load(1), await load(3)]).toEqual([[1, 'zero'], undefined, [4, 'three']]);
    });

    it('takes overlapping saves in the order of the calls', async () => {
      const saves: Promise<void>[] = [];
      for (let i = 1; i <= 10; i++) saves.push(save(i % 2, i, bytes(`state ${i}`)));
      await Promise.all(saves);
      expect([await load(0), await load(1)]).toEqual([
        [10, 'state 10'],
        [9, 'state 9'],
      ]);
    });

    it('keeps the order of the calls where the first takes longer', async () => {
      const saves = [save(0, 1, new Uint8Array(LARGE_BYTES)), save(0, 2, bytes('small'))];
      saves.push(
        save(1, 1, new Uint8Array(LARGE_BYTES)),
        save(1, 2, new Uint8Array(LARGE_BYTES / 4).fill(1)),
      );
      await Promise.all(saves);
      expect(await load(0)).toEqual([2, 'small']);
      expect((await harness.store.load(pipeline, 1))?.nextOffset).toBe(2);
    });

    it('keeps a state of 12 MiB, and a small one after it, over a restart', async () => {
      const large = new Uint8Array(LARGE_BYTES);
      for (let i = 0; i < LARGE_BYTES; i += 997) large[i] = i % 251;
      // A copy: what was given to the store is the store's.
      await save(0, 77, large.slice());
      await harness.reopen();
      const found = await harness.store.load(pipeline, 0);
      expect(found?.nextOffset).toBe(77);
      expect(Buffer.compare(found?.state ?? Buffer.of(), large)).toBe(0);
      await save(0, 78, bytes('small'));
      await harness.reopen();
      expect(await load(0)).toEqual([78, 'small']);
    });

    it('closes more than once, and fails afterwards', async () => {
      await harness.store.close();
      await harness.store.close();
      await expect(save(0, 1, bytes('late'))).rejects.toThrow();
    });
  });
}
