import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { SimulatedAnalytics, SimulatedTimeSeries } from '../stores/time-series.ts';
import type { Accepted } from './accepted.ts';
import { near, usable } from './usable.ts';

/** Celsius on the wire and single precision in between cost this much. */
const VALUE_TOLERANCE = 1e-3;

const WIDTHS: Readonly<Record<'5m' | '1h', number>> = { '5m': 300_000, '1h': 3_600_000 };

interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly standardDeviation: number;
}

export interface TierStores {
  readonly timeSeries: SimulatedTimeSeries;
  readonly analytics: SimulatedAnalytics;
}

/** The raw tier: every accepted reading once, with the values its device measured. */
export function checkRaw(accepted: readonly Accepted[], { timeSeries }: TierStores): string[] {
  const violations: string[] = [];
  const expected = new Map(accepted.map((one) => [`${one.patientId}|${one.deviceId}|${one.atMs}`, one]));
  if (expected.size !== accepted.length) violations.push('two readings of one device have one event time');
  for (const [name, one] of expected) {
    const point = timeSeries.points.get(name);
    if (point === undefined) {
      violations.push(`raw tier: reading ${one.key} is missing`);
      continue;
    }
    for (const vital of VITALS) {
      if (!same(point.vitals[vital], one.vitals[vital])) {
        violations.push(
          `raw tier: ${one.key} ${vital} ${point.vitals[vital]}, measured ${one.vitals[vital]}`,
        );
      }
      if ((point.validity[vital] ?? 'valid') !== (one.validity[vital] ?? 'valid')) {
        violations.push(`raw tier: ${one.key} ${vital} lost its mark`);
      }
    }
  }
  for (const name of timeSeries.points.keys()) {
    if (!expected.has(name)) violations.push(`raw tier: ${name} was never accepted`);
  }
  return violations;
}

/** Windows and trends: each as a loop over everything that lies in it gives. */
export function checkWindows(accepted: readonly Accepted[], stores: TierStores): string[] {
  return [
    ...checkTier('5m', accepted, stores),
    ...checkTier('1h', accepted, stores),
    ...checkTrends(accepted, stores),
  ];
}

function checkTier(tier: keyof typeof WIDTHS, accepted: readonly Accepted[], stores: TierStores): string[] {
  const violations: string[] = [];
  const expected = windowsOf(accepted, WIDTHS[tier]);
  for (const [name, { patientId, startMs, statistics }] of expected) {
    const row = stores.timeSeries.rows.get(`${tier}|${patientId}|${startMs}`);
    for (const vital of VITALS) {
      const [is, ought] = [row?.vitals[vital], statistics(vital)];
      if (!sameStatistics(is, ought))
        violations.push(`${tier} ${name} ${vital}: ${said(is)}, not ${said(ought)}`);
    }
  }
  for (const row of stores.timeSeries.rows.values()) {
    if (row.tier === tier && !expected.has(`${row.patientId}|${row.startMs}`)) {
      violations.push(`${tier} ${row.patientId}|${row.startMs}: nothing was measured there`);
    }
  }
  return violations;
}

function checkTrends(accepted: readonly Accepted[], { analytics }: TierStores): string[] {
  const violations: string[] = [];
  for (const [name, { patientId, startMs, statistics }] of windowsOf(accepted, WIDTHS['1h'])) {
    for (const vital of VITALS) {
      const is = analytics.trendRows.get(`${patientId}|${vital}|${startMs}`);
      const ought = statistics(vital);
      if (sameStatistics(is, ought) && near(is?.standardDeviation ?? 0, ought?.standardDeviation ?? 0, 1e-2))
        continue;
      violations.push(`trend ${name} ${vital}: ${said(is)}, not ${said(ought)}`);
    }
  }
  return violations;
}

interface Window {
  readonly patientId: string;
  readonly startMs: number;
  readonly statistics: (vital: VitalName) => Statistics | undefined;
}

/** By patient and start; a sample at the very end of a window is the next one's first. */
function windowsOf(accepted: readonly Accepted[], widthMs: number): Map<string, Window> {
  const members = new Map<string, Accepted[]>();
  for (const one of accepted) {
    const name = `${one.patientId}|${Math.floor(one.atMs / widthMs) * widthMs}`;
    const others = members.get(name);
    if (others) others.push(one);
    else members.set(name, [one]);
  }
  const windows = new Map<string, Window>();
  for (const [name, ones] of members) {
    const statistics = (vital: VitalName): Statistics | undefined =>
      statisticsOf(usable(ones, vital).map(({ value }) => value));
    if (!VITALS.some((vital) => statistics(vital))) continue;
    const [patientId = '', startMs = ''] = name.split('|');
    windows.set(name, { patientId, startMs: Number(startMs), statistics });
  }
  return windows;
}

function statisticsOf(values: readonly number[]): Statistics | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: values.length,
    mean,
    min: Math.min(...values),
    max: Math.max(...values),
    standardDeviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)),
  };
}

type Row = Omit<Statistics, 'standardDeviation'> | undefined;

function sameStatistics(is: Row, ought: Row): boolean {
  if (is === undefined || ought === undefined) return is === ought;
  return (
    is.count === ought.count &&
    near(is.mean, ought.mean, VALUE_TOLERANCE) &&
    near(is.min, ought.min, VALUE_TOLERANCE) &&
    near(is.max, ought.max, VALUE_TOLERANCE)
  );
}

const said = (row: Row): string =>
  row === undefined ? 'nothing' : `n=${row.count} mean=${row.mean.toFixed(3)} min=${row.min} max=${row.max}`;

const same = (is: number | undefined, ought: number | undefined): boolean =>
  is === undefined || ought === undefined ? is === ought : near(is, ought, VALUE_TOLERANCE);
