import { serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { decodeState, encodeState, encodeStateAtOnce } from './checkpoint-codec.ts';

const context = { limits: [1, 2, 3] };
const stateOf = (patients: number) => ({
  time: { newestMs: Number.NEGATIVE_INFINITY },
  contexts: new Map([['P0', context]]),
  patients: new Map(
    Array.from({ length: patients }, (_, i) => [`P${i}`, { context, panes: new Float64Array([i, i / 3]) }]),
  ),
});

it.each([0, 1, 8, 100])(
  'a state of %i patients comes back as it was, encoded with or without pauses',
  async (patients) => {
    const stored = { version: 3, state: stateOf(patients), unstored: { conditions: ['P0'] } };
    const bytes = await encodeState(stored, () => Promise.resolve());
    expect(decodeState(bytes, 3)).toEqual(stored);
    expect(encodeStateAtOnce(stored)).toEqual(bytes);
  },
);

it('what several patients and maps share is shared again', () => {
  const state = stateOf(20);
  const decoded = decodeState<typeof state, undefined>(
    encodeStateAtOnce({ version: 1, state, unstored: undefined }),
    1,
  )!;
  const contexts = new Set([...decoded.state.patients.values()].map((patient) => patient.context));
  expect([...contexts]).toEqual([decoded.state.contexts.get('P0')]);
});

it('pauses between slices, and not for a small state', async () => {
  const pauses = async (patients: number): Promise<number> => {
    let count = 0;
    await encodeState(
      { version: 1, state: stateOf(patients), unstored: undefined },
      async () => void count++,
    );
    return count;
  };
  expect(await pauses(7)).toBe(0);
  expect(await pauses(100)).toBe(12);
});

it('reads a state that was written in one piece; another version, half a state or none is no state', () => {
  const state = stateOf(20);
  const bytes = encodeStateAtOnce({ version: 2, state, unstored: undefined });
  expect(decodeState(serialize({ version: 2, state, unstored: undefined }), 2)?.state).toEqual(state);
  expect(decodeState(bytes, 3)).toBeUndefined();
  expect(decodeState(bytes.subarray(0, bytes.length - 40), 2)).toBeUndefined();
  expect(decodeState(new Uint8Array(), 2)).toBeUndefined();
});
