import type { VitalTrend } from '@vitalwire/core/ports/analytics.ts';
import type { RollingAggregate, RollingWindow } from '@vitalwire/core/ports/live-bus.ts';
import { TIER_MS, type RawPoint, type Tier, type WindowPoint } from '@vitalwire/core/ports/time-series.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { describe, expect, it } from 'vitest';
import { processorMetrics } from '../src/metrics.ts';
import { alertingTopology } from '../src/pipelines/alerting.ts';
import { storageTopology } from '../src/pipelines/storage.ts';
import { createDriver } from '../src/runtime/driver.ts';
import { storageSink } from '../src/sinks/storage-sink.ts';
import { MemoryStores } from '../src/testing/memory-stores.ts';
import { defaultSettings } from '../src/testing/readings.ts';
import { bidmc, challenge2019, delivered, type Delivery } from './recorded-streams.ts';

/** Recorded patients, shuffled and doubled on their way, against plain loops over what was recorded. */
const metrics = processorMetrics(createRegistry('test'));
const times = { futureToleranceMs: 60_000, allowedLatenessMs: 10_000 };

interface Statistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
}

function statisticsOf(values: readonly number[]): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    mean,
    standardDeviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)),
  };
}

class Stored {
  readonly raw = new Map<string, Map<number, RawPoint>>();
  readonly windows = new Map<string, WindowPoint>();
  readonly trends = new Map<string, VitalTrend>();

  /** Through the storage pipeline's operators and sink, 500 readings a batch. */
  async take(deliveries: readonly Delivery[]): Promise<void> {
    const memory = new MemoryStores();
    const sink = storageSink({
      metrics,
      attempt: (_, task) => task(),
      timeSeries: {
        ...memory.timeSeries(),
        writeRaw: async (points) => {
          for (const point of points) {
            const own = this.raw.get(point.patientId) ?? new Map<number, RawPoint>();
            this.raw.set(point.patientId, own.set(point.atMs, point));
          }
        },
        writeWindows: async (rows) => {
          for (const row of rows) this.windows.set(`${row.patientId} ${row.tier} ${row.startMs}`, row);
        },
        raw: async ({ patientId, fromMs, toMs, limit }) =>
          [...(this.raw.get(patientId)?.values() ?? [])]
            .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
            .toSorted((a, b) => a.atMs - b.atMs)
            .slice(0, limit),
      },
      analytics: {
        ...memory.analytics(),
        writeTrends: async (rows) => {
          for (const row of rows) this.trends.set(`${row.patientId} ${row.vital} ${row.hourMs}`, row);
        },
      },
    });
    const driver = createDriver(storageTopology({ ...times, refreshMs: 60_000 }));
    for (const [index, { reading, arrivalMs }] of deliveries.entries()) {
      await sink.store(driver.pipe(reading, arrivalMs), 0);
      if (index % 10_000 === 5_000) driver.restart();
    }
    await sink.store(driver.tick(deliveries.at(-1)!.arrivalMs + 2 * 3_600_000), 0);
  }
}

function windowsOf(readings: readonly Reading[], tier: Tier): Map<string, Map<VitalName, number[]>> {
  const windows = new Map<string, Map<VitalName, number[]>>();
  for (const { patientId, measuredAtMs, vitals } of readings) {
    const name = `${patientId} ${tier} ${Math.floor(measuredAtMs / TIER_MS[tier]) * TIER_MS[tier]}`;
    for (const vital of VITALS) {
      const value = vitals[vital];
      if (value === undefined) continue;
      const window = windows.get(name) ?? new Map<VitalName, number[]>();
      windows.set(name, window.set(vital, [...(window.get(vital) ?? []), value]));
    }
  }
  return windows;
}

function differs(is: Partial<Statistics> | undefined, ought: Statistics, tolerance: number): boolean {
  return Object.entries(ought).some(([name, value]: [string, number]) => {
    const found = is?.[name as keyof Statistics];
    return found === undefined || Math.abs(found - value) > tolerance;
  });
}

describe.each([
  { name: 'all 42 BIDMC recordings', readings: bidmc(), delayMsMax: 400_000 },
  { name: 'all 1,000 Challenge patients', readings: challenge2019(), delayMsMax: 5 * 3_600_000 },
])('$name, shuffled and doubled', ({ readings, delayMsMax }) => {
  it('leave the tiers and trends that a batch over them gives', async () => {
    const stored = new Stored();
    await stored.take(delivered(readings, delayMsMax, 7));
    expect([...stored.raw.values()].reduce((sum, { size }) => sum + size, 0)).toBe(readings.length);
    const wrong: string[] = [];
    for (const { patientId, measuredAtMs, vitals } of readings) {
      const point = stored.raw.get(patientId)?.get(measuredAtMs);
      if (VITALS.some((vital) => point?.vitals[vital] !== vitals[vital]))
        wrong.push(`${patientId} ${measuredAtMs}`);
    }
    let windows = 0;
    for (const tier of ['5m', '1h'] as const) {
      for (const [name, vitals] of windowsOf(readings, tier)) {
        windows++;
        for (const [vital, values] of vitals) {
          const { standardDeviation, ...ought } = statisticsOf(values);
          const whole = { ...ought, standardDeviation };
          const row = stored.windows.get(name)?.vitals[vital];
          if (differs(row && { ...row, standardDeviation }, whole, 1e-9)) wrong.push(`${name} ${vital}`);
          if (tier === '5m') continue;
          const [patientId, , startMs] = name.split(' ');
          if (differs(stored.trends.get(`${patientId} ${vital} ${startMs}`), whole, 1e-9))
            wrong.push(`trend ${name} ${vital}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(stored.windows.size).toBe(windows);
  });
});

const ROLLING: Readonly<Record<RollingWindow, { lengthMs: number; paneMs: number }>> = {
  '1m': { lengthMs: 60_000, paneMs: 10_000 },
  '5m': { lengthMs: 300_000, paneMs: 60_000 },
  '15m': { lengthMs: 900_000, paneMs: 60_000 },
  '60m': { lengthMs: 3_600_000, paneMs: 300_000 },
};

function rollingOf(arrived: ReadonlyMap<number, number>, window: RollingWindow, nowMs: number) {
  const { lengthMs, paneMs } = ROLLING[window];
  const endMs = Math.floor(nowMs / paneMs) * paneMs;
  const samples = [...arrived].filter(([atMs]) => atMs >= endMs - lengthMs && atMs < endMs);
  if (samples.length === 0) return undefined;
  const statistics = statisticsOf(samples.map(([, value]) => value));
  const meanAtMs = samples.reduce((sum, [atMs]) => sum + (atMs - endMs), 0) / samples.length;
  let [squares, products] = [0, 0];
  for (const [atMs, value] of samples) {
    const minutes = (atMs - endMs - meanAtMs) / 60_000;
    squares += minutes * minutes;
    products += minutes * (value - statistics.mean);
  }
  return { statistics, slopePerMinute: squares > 0 ? products / squares : undefined };
}

describe.each([
  { name: 'all 42 BIDMC recordings', readings: bidmc(), delayMsMax: 40_000, comparedMin: 20_000 },
  {
    name: 'all 1,000 Challenge patients',
    readings: challenge2019(),
    delayMsMax: 280_000,
    comparedMin: 100_000,
  },
])('$name, shuffled and doubled', ({ readings, delayMsMax, comparedMin }) => {
  it('have the rolling aggregates of what had arrived', () => {
    const driver = createDriver(
      alertingTopology({ ...times, settings: defaultSettings(), liveWithinMs: 300_000, rolling: true }),
    );
    const arrived = new Map<string, Map<number, number>>();
    const wrong: string[] = [];
    let compared = 0;
    const compare = (patientId: string, nowMs: number, vital: VitalName, is: unknown): void => {
      const own = arrived.get(`${patientId} ${vital}`) ?? new Map<number, number>();
      for (const window of Object.keys(ROLLING) as RollingWindow[]) {
        compared++;
        const ought = rollingOf(own, window, nowMs);
        const found = (is as Partial<Record<RollingWindow, RollingAggregate>>)[window];
        if (ought === undefined && found === undefined) continue;
        const slopesApart = Math.abs((found?.slopePerMinute ?? 0) - (ought?.slopePerMinute ?? 0));
        if (ought === undefined || differs(found, ought.statistics, 1e-3) || slopesApart > 1e-2)
          wrong.push(`${patientId} ${vital} ${window} at ${nowMs}: ${JSON.stringify([found, ought])}`);
      }
    };
    for (const { reading, arrivalMs } of delivered(readings, delayMsMax, 11)) {
      for (const vital of VITALS) {
        const value = reading.vitals[vital];
        if (value === undefined) continue;
        const name = `${reading.patientId} ${vital}`;
        arrived.set(name, (arrived.get(name) ?? new Map<number, number>()).set(reading.measuredAtMs, value));
      }
      for (const { patientId, measuredAtMs, rolling } of driver.pipe(reading, arrivalMs).live) {
        for (const [vital, is] of Object.entries(rolling ?? {}))
          compare(patientId, measuredAtMs, vital as VitalName, is);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(compared).toBeGreaterThan(comparedMin);
  });
});
