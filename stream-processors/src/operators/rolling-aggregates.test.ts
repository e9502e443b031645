import type { RollingAggregate, RollingAggregates, RollingWindow } from '@vitalwire/core/ports/live-bus.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { START_MS } from '../testing/readings.ts';
import { newPanes } from './pane-layout.ts';
import { rollingAt } from './rolling-aggregates.ts';
import { addSample } from './rolling-panes.ts';
import { newVitalCells } from './vital-cells.ts';

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

const WINDOW_MS = {
  '1m': [60_000, 10_000],
  '5m': [300_000, 60_000],
  '15m': [900_000, 60_000],
  '60m': [3_600_000, 300_000],
} as const;

/** Any will do: each has panes of its own. */
const VITAL = 4;

/** Of one patient. */
function newSamples() {
  const cells = newVitalCells();
  const panes = newPanes();
  return {
    add: (value: number, atMs: number): boolean => addSample(cells, panes, VITAL, value, atMs),
    aggregatesAt: (nowMs: number): RollingAggregates => rollingAt(cells, panes, nowMs)[VITALS[VITAL]] ?? {},
  };
}

/** The definition, over all samples at once and in two passes: no panes, no merging. */
function inBatch(
  samples: readonly Sample[],
  window: RollingWindow,
  nowMs: number,
): RollingAggregate | undefined {
  const [lengthMs, paneMs] = WINDOW_MS[window];
  const endMs = Math.floor(nowMs / paneMs) * paneMs;
  const inside = samples.filter(({ atMs }) => atMs >= endMs - lengthMs && atMs < endMs);
  if (inside.length === 0) return undefined;
  const count = inside.length;
  const values = inside.map(({ value }) => value);
  const minutes = inside.map(({ atMs }) => (atMs - endMs) / 60_000);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const meanMinute = minutes.reduce((sum, minute) => sum + minute, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const timeSquares = minutes.reduce((sum, minute) => sum + (minute - meanMinute) ** 2, 0);
  const coMoment = values.reduce((sum, value, i) => sum + (value - mean) * (minutes[i]! - meanMinute), 0);
  return {
    endMs,
    count,
    min: Math.min(...values),
    max: Math.max(...values),
    mean,
    standardDeviation: count < 2 ? 0 : Math.sqrt(squares / (count - 1)),
    slopePerMinute: timeSquares > 0 ? coMoment / timeSquares : undefined,
  };
}

function expectClose(actual: RollingAggregate | undefined, expected: RollingAggregate | undefined): void {
  if (actual === undefined || expected === undefined) return expect(actual).toBe(expected);
  expect([actual.endMs, actual.count, actual.min, actual.max]).toEqual([
    expected.endMs,
    expected.count,
    expected.min,
    expected.max,
  ]);
  expectNear(actual.mean, expected.mean, 1e-4);
  expectNear(actual.standardDeviation, expected.standardDeviation, 1e-3);
  // Least squares over moments that lie close together lose digits.
  if (expected.slopePerMinute === undefined) expect(actual.slopePerMinute).toBeUndefined();
  else expectNear(actual.slopePerMinute!, expected.slopePerMinute, 1e-2);
}

function expectNear(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
}

describe('rolling aggregates', () => {
  it('are those of a batch computation over samples in any order', () => {
    const sample = fc.record({
      atMs: fc.integer({ min: 0, max: 3_590 }).map((second) => START_MS + second * 1000),
      // As devices measure: tenths.
      value: fc.integer({ min: 0, max: 3_500 }).map((tenths) => tenths / 10),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 300 }), (samples) => {
        const patient = newSamples();
        for (const { atMs, value } of samples) patient.add(value, atMs);
        const nowMs = Math.max(...samples.map(({ atMs }) => atMs));
        const aggregates = patient.aggregatesAt(nowMs);
        for (const window of ['1m', '5m', '15m', '60m'] as const) {
          expectClose(aggregates[window], inBatch(samples, window, nowMs));
        }
      }),
    );
  });

  it('take a late sample into its own pane while that is kept', () => {
    const patient = newSamples();
    const samples: Sample[] = [];
    const add = (second: number, value: number): void => {
      samples.push({ atMs: START_MS + second * 1000, value });
      patient.add(value, START_MS + second * 1000);
    };
    for (let second = 0; second < 3600; second += 5) if (second % 60 !== 30) add(second, 80 + (second % 13));
    add(3600, 80);
    for (let second = 3570; second > 3500; second -= 60) add(second, 200);
    const nowMs = START_MS + 3_600_000;
    const aggregates = patient.aggregatesAt(nowMs);
    for (const window of ['1m', '5m', '15m', '60m'] as const) {
      expectClose(aggregates[window], inBatch(samples, window, nowMs));
      expect(aggregates[window]?.max).toBe(200);
    }
  });

  it('leave out what is older than the panes kept', () => {
    const patient = newSamples();
    patient.add(80, START_MS + 3_600_000 * 3);
    patient.add(200, START_MS);
    expect(patient.aggregatesAt(START_MS + 3_600_000 * 3 + 300_000)['60m']?.max).toBe(80);
  });

  it('say when a pane ended', () => {
    const patient = newSamples();
    expect(patient.add(80, START_MS)).toBe(true);
    expect(patient.add(80, START_MS + 9_999)).toBe(false);
    expect(patient.add(80, START_MS + 10_000)).toBe(true);
    expect(patient.add(80, START_MS + 5_000)).toBe(false);
  });

  it('fall silent with the vital: what is no longer measured leaves its windows', () => {
    const patient = newSamples();
    for (let second = 0; second < 60; second++) patient.add(80, START_MS + second * 1000);
    expect(patient.aggregatesAt(START_MS + 60_000)['1m']?.count).toBe(60);
    expect(patient.aggregatesAt(START_MS + 120_000)['1m']).toBeUndefined();
    expect(patient.aggregatesAt(START_MS + 120_000)['5m']?.count).toBe(60);
    expect(patient.aggregatesAt(START_MS + 9_000_000)).toEqual({});
  });

  it('keep the spread of large values that are close together', () => {
    const patient = newSamples();
    for (let second = 0; second < 60; second++)
      patient.add(349 + (second % 2) / 10, START_MS + second * 1000);
    expect(patient.aggregatesAt(START_MS + 60_000)['1m']?.standardDeviation).toBeCloseTo(
      Math.sqrt(15 / 59) / 10,
      3,
    );
  });

  it('are what was measured where nothing moves, in 32 bits or not', () => {
    const patient = newSamples();
    for (let second = 0; second < 3600; second++) patient.add(98.6, START_MS + second * 1000);
    const steady = { min: 98.6, max: 98.6, mean: 98.6, standardDeviation: 0, slopePerMinute: 0 };
    const { '1m': minute, '60m': hour } = patient.aggregatesAt(START_MS + 3_600_000);
    expect(minute).toMatchObject({ count: 60, ...steady });
    expect(hour).toMatchObject({ count: 3600, ...steady });
  });
});
