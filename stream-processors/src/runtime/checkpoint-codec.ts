import { DefaultDeserializer, DefaultSerializer } from 'node:v8';

/** A partition's state as a checkpoint holds it: plain data (maps, typed arrays) in V8's own format, under the pipeline's state version. */
export interface StoredState<State, Outputs> {
  readonly version: number;
  readonly state: State;
  /** Outputs that were decided together with this state and whose effects may not have been stored yet. */
  readonly unstored: Outputs | undefined;
}

/** So many entries of a map at a time: half a millisecond of the alerting pipeline's patients. */
const SLICE_ENTRIES = 8;

/**
 * Encodes the state between what else there is to do: whoever owns it does not change it meanwhile. What its maps hold (patients, devices)
 * follows the rest in slices; one object that several of them hold is still one after decoding.
 */
export async function encodeState<State, Outputs>(
  stored: StoredState<State, Outputs>,
  pause: () => Promise<unknown>,
): Promise<Uint8Array> {
  const encoding = encodeInSlices(stored);
  for (;;) {
    const { done, value } = encoding.next();
    if (done) return value;
    await pause();
  }
}

/** The same without a pause. */
export function encodeStateAtOnce<State, Outputs>(stored: StoredState<State, Outputs>): Uint8Array {
  const encoding = encodeInSlices(stored);
  for (;;) {
    const { done, value } = encoding.next();
    if (done) return value;
  }
}

function* encodeInSlices<State, Outputs>({
  version,
  state,
  unstored,
}: StoredState<State, Outputs>): Generator<undefined, Uint8Array, undefined> {
  const maps = Object.entries(state as object).filter(
    (field): field is [string, Map<unknown, unknown>] => field[1] instanceof Map,
  );
  const empty = Object.fromEntries(maps.map(([name]) => [name, new Map()]));
  const sizes = maps.map(([name, map]): [string, number] => [name, map.size]);
  const serializer = new DefaultSerializer();
  serializer.writeHeader();
  serializer.writeValue({ version, unstored, state: { ...state, ...empty }, sizes });
  for (const [, map] of maps) {
    let slice: [unknown, unknown][] = [];
    for (const entry of map) {
      slice.push(entry);
      if (slice.length < SLICE_ENTRIES) continue;
      serializer.writeValue(slice);
      slice = [];
      yield;
    }
    if (slice.length > 0) serializer.writeValue(slice);
  }
  return serializer.releaseBuffer();
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
    const deserializer = new DefaultDeserializer(Uint8Array.from(bytes));
    deserializer.readHeader();
    const stored = deserializer.readValue() as StoredState<State, Outputs> & {
      /** Left out where the state was written in one piece, as it once was. */
      readonly sizes?: readonly (readonly [name: string, size: number])[];
    };
    if (stored.version !== version) return undefined;
    for (const [name, size] of stored.sizes ?? []) {
      const map = (stored.state as Record<string, Map<unknown, unknown>>)[name]!;
      while (map.size < size) {
        for (const [key, value] of deserializer.readValue() as [unknown, unknown][]) map.set(key, value);
      }
    }
    return { version, state: stored.state, unstored: stored.unstored };
  } catch {
    return undefined;
  }
}
