import { describe, expect, it } from 'vitest';
import { checkpointStoreContract } from '../../testing/contracts/checkpoint-store-contract.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { SqliteCheckpointStore } from './checkpoint-store.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

checkpointStoreContract('SQLite', async () => {
  const opened = await SqliteTestDatabase.open(
    (database) => SqliteCheckpointStore.open(database),
    (port) => port.close(),
  );
  return {
    get store() {
      return opened.port;
    },
    pipeline: async () => freshName('pipeline'),
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
});

describe('beside archiving that never ends', () => {
  const stateOf = (offset: number): Uint8Array => new Uint8Array(3 * 1024 * 1024).fill(offset);
  const BUSY_MS = 2;
  it('a large state is saved at once, and its old pieces go', async () => {
    const test = await SqliteTestDatabase.open(
      (opened) => SqliteCheckpointStore.open(opened),
      (store) => store.close(),
    );
    const { database, port } = test;
    await port.save('p', 0, { nextOffset: 1, state: stateOf(1) });
    let archived = 0;
    const archiving = Promise.all(
      Array.from({ length: 400 }, () =>
        database
          .write(() => {
            const untilMs = performance.now() + BUSY_MS;
            while (performance.now() < untilMs);
          }, 'bulk')
          .then(() => archived++),
      ),
    );
    await port.save('p', 0, { nextOffset: 2, state: stateOf(2) });
    expect(archived).toBeLessThan(400);
    expect(await port.load('p', 0)).toEqual({ nextOffset: 2, state: Buffer.from(stateOf(2)) });
    // Nor does the next one wait for the removal of the one before.
    await port.save('p', 0, { nextOffset: 3, state: stateOf(3) });
    expect(archived).toBeLessThan(400);
    await archiving;
    // Megabytes outside the heap are not left to the next full collection.
    const given = stateOf(4);
    await port.save('p', 0, { nextOffset: 4, state: given });
    expect(given.byteLength).toBe(0);
    await port.close();
    const count = database.prepare('SELECT count(DISTINCT generation) AS generations FROM checkpoint_chunks');
    expect(count.get()).toEqual({ generations: 1 });
    await test.close();
  });
});
