/** Which device of a fleet has which scenario and which fault. */
import type { FaultName } from '../faults/faults.ts';
import type { Arguments, Share } from './arguments.ts';

/** Two orders of the fleet that have nothing to do with each other: else all faults would fall on one scenario. */
const STRIDE = { scenarios: 0.618, faults: 0.414 } as const;

/** Faults by device, spread over the fleet. */
export function faultsOf(shares: Arguments['faults'], count: number): (FaultName | undefined)[] {
  const ofDevices = shares.filter((share): share is Share<FaultName> => share.name !== 'slow-station');
  return Array.from({ length: count }, (_, index) => shared(ofDevices, index, count, STRIDE.faults));
}

/** Which of the shares place `index` of `count` falls into; neighbours fall into different ones. A share takes one place at least. */
function shared<T extends string>(
  shares: readonly Share<T>[],
  index: number,
  count: number,
  irrational: number,
): T | undefined {
  // Places in an order that strides over the fleet: whatever else goes by the index does not coincide with it.
  const place = (index * strideFor(count, irrational)) % count;
  let from = 0;
  for (const { name, share } of shares) {
    const to = from + Math.max(1, Math.round(share * count));
    if (place < to) return name;
    from = to;
  }
  return shares.length > 0 && shares.reduce((sum, { share }) => sum + share, 0) > 0.999
    ? shares.at(-1)!.name
    : undefined;
}

/** So much of `count`, and without a common divisor. */
function strideFor(count: number, irrational: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let stride = Math.max(1, Math.round(count * irrational));
  while (divisor(stride, count) !== 1) stride++;
  return stride;
}

/** The scenario of a device by the shares of a mix. */
export const scenarioOf = (mix: readonly Share<string>[], index: number, count: number): string =>
  shared(mix, index, count, STRIDE.scenarios)!;
