import type { Percentiles } from './embedded.ts';
import type { Figure } from './measurement.ts';

export const higher = (name: string, value: number, unit: string, aim?: number): Figure => ({
  name,
  value,
  unit,
  aim,
  better: 'higher',
});

export const lower = (name: string, value: number, unit: string, aim?: number): Figure => ({
  ...higher(name, value, unit, aim),
  better: 'lower',
});

export const latency = (
  name: string,
  { p50Ms, p99Ms }: Percentiles,
  aims: { readonly p50Ms?: number | undefined; readonly p99Ms?: number | undefined } = {},
): readonly Figure[] => [
  lower(`${name} p50`, p50Ms, 'ms', aims.p50Ms),
  lower(`${name} p99`, p99Ms, 'ms', aims.p99Ms),
];
