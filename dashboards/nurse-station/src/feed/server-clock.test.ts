import { expect, it } from 'vitest';
import { observeServerTime, type ClockEstimate } from './server-clock.ts';

function observe(samples: readonly (readonly [serverMs: number, localMs: number])[]): number {
  let estimate: ClockEstimate | undefined;
  for (const [serverMs, localMs] of samples) estimate = observeServerTime(estimate, serverMs, localMs);
  return estimate?.offsetMs ?? Number.NaN;
}

it('takes the frame that was least delayed', () => {
  expect(
    observe([
      [1_000_000, 500],
      [1_002_000, 2100],
      [1_004_000, 4900],
    ]),
  ).toBe(999_900);
});

it('follows a clock that was set back, within two minutes', () => {
  const back: [number, number][] = [[1_000_000, 0]];
  for (let local = 2000; local <= 124_000; local += 2000) back.push([900_000 + local, local]);
  expect(observe(back)).toBe(900_000);
});

it('follows at once when this machine has slept', () => {
  expect(
    observe([
      [1_000_000, 0],
      [4_600_000, 1000],
    ]),
  ).toBe(4_599_000);
});
