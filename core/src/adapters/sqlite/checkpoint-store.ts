import type { StatementSync } from 'node:sqlite';
import type { Checkpoint, CheckpointStore } from '../../ports/checkpoint-store.ts';
import { PortSession, type Session } from './port-session.ts';

/** A state is written in pieces, so that a large one does not hold the event loop. */
const CHUNK_BYTES = 256 * 1024;

/**
 * So many old states of a partition may lie there to be removed, which has to wait for all that is being archived: one save in a while does not
 * wait behind that, and where removing is slower for long, saving is no faster.
 */
const DISCARDED_MAX = 3;

/**
 * Checkpoints on SQLite: the pieces of a new state beside the old one's, then one step that makes it the checkpoint. A partition waits for
 * its save, and alerts behind it: it goes with what is urgent, and only the old pieces, for which nobody waits, with the archiving.
 */
export class SqliteCheckpointStore implements CheckpointStore {
  readonly #database: PortSession;
  readonly #head: StatementSync;
  readonly #chunks: StatementSync;
  readonly #insertChunk: StatementSync;
  readonly #countChunks: StatementSync;
  readonly #replaceHead: StatementSync;
  readonly #deleteChunks: StatementSync;
  /** By pipeline and partition the old states that are being removed. */
  readonly #discarding = new Map<string, Set<Promise<void>>>();
  #generation: number;

  private constructor(database: Session) {
    this.#database = new PortSession(database, 'checkpoint store');
    this.#head = database.prepare(
      'SELECT next_offset, generation FROM checkpoints WHERE pipeline = ? AND partition = ?',
    );
    this.#chunks = database.prepare('SELECT state FROM checkpoint_chunks WHERE generation = ? ORDER BY id');
    this.#insertChunk = database.prepare('INSERT INTO checkpoint_chunks (generation, state) VALUES (?, ?)');
    this.#countChunks = database.prepare(
      'SELECT count(*) AS chunks FROM checkpoint_chunks WHERE generation = ?',
    );
    this.#replaceHead = database.prepare(
      `INSERT INTO checkpoints (pipeline, partition, next_offset, generation) VALUES (?, ?, ?, ?)
       ON CONFLICT (pipeline, partition) DO UPDATE SET next_offset = excluded.next_offset, generation = excluded.generation`,
    );
    this.#deleteChunks = database.prepare(
      'DELETE FROM checkpoint_chunks WHERE id IN (SELECT id FROM checkpoint_chunks WHERE generation = ? LIMIT 4)',
    );
    const last = database.prepare('SELECT max(generation) AS generation FROM checkpoint_chunks').get();
    this.#generation = Number(last?.['generation'] ?? 0);
  }

  /** Closing the store does not close the database. */
  static async open(database: Session): Promise<SqliteCheckpointStore> {
    const store = new SqliteCheckpointStore(database);
    // What a save left behind that did not come to its end.
    const orphans = database
      .prepare(
        'SELECT DISTINCT generation FROM checkpoint_chunks WHERE generation NOT IN (SELECT generation FROM checkpoints)',
      )
      .all();
    for (const row of orphans) await store.#discard(Number(row['generation']));
    return store;
  }

  load(pipeline: string, partition: number): Promise<Checkpoint | undefined> {
    return this.#database.read(() => {
      const head = this.#head.get(pipeline, partition);
      if (!head) return undefined;
      const chunks = this.#chunks.all(Number(head['generation']));
      return {
        nextOffset: Number(head['next_offset']),
        state: Buffer.concat(chunks.map((row) => row['state'] as Uint8Array)),
      };
    });
  }

  async save(pipeline: string, partition: number, checkpoint: Checkpoint): Promise<void> {
    const name = `${pipeline} ${partition}`;
    const discarding = this.#discardingOf(name);
    while (discarding.size >= DISCARDED_MAX) await Promise.race(discarding);
    const generation = ++this.#generation;
    const old =
      checkpoint.state.length <= CHUNK_BYTES
        ? await this.#saveSmall(pipeline, partition, checkpoint, generation)
        : await this.#saveInPieces(pipeline, partition, checkpoint, generation);
    if (old === undefined) return;
    // What could not be removed is an orphan, which the next `open` finds.
    const discarded = this.#discard(old).catch(() => undefined);
    discarding.add(discarded);
    void discarded.then(() => discarding.delete(discarded));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#discarding.values()].flatMap((discarding) => [...discarding]));
    this.#database.close();
  }

  /** Resolves to the generation that is to be removed: the one before, or this, where a later call was done sooner. */
  async #saveInPieces(
    pipeline: string,
    partition: number,
    { nextOffset, state }: Checkpoint,
    generation: number,
  ): Promise<number | undefined> {
    const chunks = Math.ceil(state.length / CHUNK_BYTES);
    for (let i = 0; i < chunks; i++) {
      const chunk = state.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES);
      // One after the other: readings that come meanwhile would wait for a transaction of all of them.
      await this.#database.write(() => void this.#insertChunk.run(generation, chunk), 'urgent');
    }
    const old = await this.#database.write(() => {
      const stored = Number(this.#countChunks.get(generation)?.['chunks']);
      if (stored !== chunks) throw new Error(`${stored} of ${chunks} pieces of a checkpoint were stored`);
      const before = this.#head.get(pipeline, partition)?.['generation'];
      if (Number(before) > generation) return generation;
      this.#replaceHead.run(pipeline, partition, nextOffset, generation);
      return before === undefined ? undefined : Number(before);
    }, 'urgent');
    giveBack(state);
    return old;
  }

  /** One step: a position in a stream is saved many times a second, and would cost five. Resolves to a generation of which pieces are left. */
  #saveSmall(
    pipeline: string,
    partition: number,
    { nextOffset, state }: Checkpoint,
    generation: number,
  ): Promise<number | undefined> {
    return this.#database.write(() => {
      const old = this.#head.get(pipeline, partition);
      this.#insertChunk.run(generation, state);
      this.#replaceHead.run(pipeline, partition, nextOffset, generation);
      if (!old) return undefined;
      const before = Number(old['generation']);
      return Number(this.#deleteChunks.run(before).changes) > 1 ? before : undefined;
    }, 'urgent');
  }

  #discardingOf(name: string): Set<Promise<void>> {
    let discarding = this.#discarding.get(name);
    if (discarding === undefined) this.#discarding.set(name, (discarding = new Set()));
    return discarding;
  }

  async #discard(generation: number): Promise<void> {
    for (let removed = 1; removed > 0;) {
      removed = await this.#database.write(() => Number(this.#deleteChunks.run(generation).changes), 'bulk');
    }
  }
}

/**
 * At once, not at the next full collection: that much memory outside the heap, several times a minute, is what would call for one, which with ten
 * thousand patients stops alerts for a quarter of a second.
 */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  // Small buffers share their memory with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
