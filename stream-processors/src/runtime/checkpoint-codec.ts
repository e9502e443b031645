import { deserialize, serialize } from 'node:v8';

/** A partition's state as a checkpoint holds it: plain data (maps, typed arrays) in V8's own format, under the pipeline's state version. */
export interface StoredState<State, Outputs> {
  readonly version: number;
  readonly state: State;
  /** Outputs that were decided together with this state and whose effects may not have been stored yet. */
  readonly unstored: Outputs | undefined;
}

export function encodeState<State, Outputs>(stored: StoredState<State, Outputs>): Uint8Array {
  return serialize(stored);
}

/**
 * Undefined where the bytes are not a state of this version: the state is then built again from the log. The state has memory of its own:
 * a store may keep what it handed out.
 */
export function decodeState<State, Outputs>(
  bytes: Uint8Array,
  version: number,
): StoredState<State, Outputs> | undefined {
  try {
    // V8 lays typed arrays over the bytes it reads.
    const stored = deserialize(Uint8Array.from(bytes)) as StoredState<State, Outputs> | null;
    return stored?.version === version ? stored : undefined;
  } catch {
    return undefined;
  }
}
