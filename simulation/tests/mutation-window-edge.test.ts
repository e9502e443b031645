import { expect, test, vi } from 'vitest';
import { simulate } from '../src/simulate.ts';

// In a file of its own: the pipeline's module is replaced for all of it.
vi.mock('@vitalwire/stream-processors/operators/tumbling-windows.ts', async (original) => {
  const real = await original<Record<string, unknown>>();
  const windowEnd = real['windowEnd'] as (window: unknown) => number;
  return { ...real, windowEnd: (window: unknown) => windowEnd(window) + 1 };
});

test('the simulation finds a window edge that is off by one', async () => {
  const found: string[] = [];
  for (let seed = 1; seed <= 40 && found.length === 0; seed++)
    found.push(...(await simulate(seed)).violations);
  expect(found.join('\n')).toMatch(/^(5m|1h|trend) /m);
});
