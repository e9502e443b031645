import type { Checkpoint, CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';

export class SimulatedCheckpoints implements CheckpointStore {
  readonly #saved = new Map<string, Checkpoint>();

  /** A copy, as any engine gives: a state decoded from the bytes may go on using their memory. */
  async load(pipeline: string, partition: number): Promise<Checkpoint | undefined> {
    const saved = this.#saved.get(`${pipeline}|${partition}`);
    return saved && { ...saved, state: Uint8Array.from(saved.state) };
  }

  async save(pipeline: string, partition: number, checkpoint: Checkpoint): Promise<void> {
    this.#saved.set(`${pipeline}|${partition}`, checkpoint);
  }

  async close(): Promise<void> {}
}
