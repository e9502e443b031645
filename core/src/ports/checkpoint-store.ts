/**
 * Where a pipeline keeps the state of a partition together with the offset it belongs to: restarted, the task reads the checkpoint and
 * goes on from that offset, so that state and stream never disagree.
 */
export interface CheckpointStore {
  /** The newest checkpoint saved for the partition, or undefined. Its bytes may be the store's own: they are read, never written. */
  load(pipeline: string, partition: number): Promise<Checkpoint | undefined>;
  /**
   * Replaces the partition's checkpoint; durable, and all or nothing, once resolved. The bytes of `state` are the store's from then on: it may give
   * their memory back.
   */
  save(pipeline: string, partition: number, checkpoint: Checkpoint): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface Checkpoint {
  /** The offset of the first record whose effect is not in `state`. */
  readonly nextOffset: number;
  /** Opaque to the store; up to tens of MiB. */
  readonly state: Uint8Array;
}
