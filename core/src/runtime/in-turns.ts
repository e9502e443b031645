import { setImmediate as nextTurn } from 'node:timers/promises';

/** Slices of `size` items, the event loop's other work between two of them: what is about everybody in a hospital must not hold up an alert. */
export async function* inTurns<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) {
    if (from > 0) await nextTurn();
    yield items.slice(from, from + size);
  }
}
