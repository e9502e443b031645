import { describe, expect, it } from 'vitest';
import {
  RETENTION_MS,
  type RawPoint,
  type Tier,
  type TimeSeries,
  type WindowPoint,
} from '../../ports/time-series.ts';
import { systemClock } from '../../runtime/clock.ts';
import { timeSeriesContract, type TimeSeriesHarness } from '../../testing/contracts/time-series-contract.ts';
import { NO_MARKS } from '../../vitals/reading.ts';
import { noVitals } from '../../vitals/vital.ts';
import { SqliteTimeSeries } from './time-series.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

const openSeries = (): Promise<SqliteTestDatabase<SqliteTimeSeries>> =>
  SqliteTestDatabase.open(
    (database) => new SqliteTimeSeries(database),
    (port) => port.close(),
  );

async function openHarness(series: (opened: SqliteTimeSeries) => TimeSeries): Promise<TimeSeriesHarness> {
  const opened = await openSeries();
  return {
    get series() {
      return series(opened.port);
    },
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
}

timeSeriesContract('SQLite', () => openHarness((opened) => opened));

/** Every other write is moved to where it belongs at once: points of both places are to be one answer. */
timeSeriesContract('SQLite, flushed between writes', () => {
  let writes = 0;
  return openHarness((opened) => ({
    writeRaw: async (points) => {
      await opened.writeRaw(points);
      if (writes++ % 2 === 0) await opened.flush();
    },
    writeWindows: (windows) => opened.writeWindows(windows),
    raw: (range) => opened.raw(range),
    windows: (tier, range) => opened.windows(tier, range),
    ping: () => opened.ping(),
    close: () => opened.close(),
  }));
});

describe('SqliteTimeSeries', () => {
  it('removes what has outlived its tier, and nothing else', async () => {
    const opened = await openSeries();
    const nowMs = systemClock.now();
    const point = (patientId: string, atMs: number): RawPoint => ({
      patientId,
      deviceId: 'D1',
      region: 'Northeast',
      atMs,
      vitals: noVitals(),
      validity: NO_MARKS,
      mode: 'real',
      clockCorrectionMs: 0,
    });
    const window = (tier: Tier, startMs: number): WindowPoint => ({
      tier,
      patientId: 'P1',
      region: 'Northeast',
      startMs,
      vitals: {},
    });
    const old = (tier: keyof typeof RETENTION_MS, i: number): number =>
      nowMs - RETENTION_MS[tier] - 1_000 * i;
    const { port } = opened;
    await port.writeRaw([
      ...Array.from({ length: 1_200 }, (_, i) => point('P1', old('raw', i + 1))),
      point('P1', nowMs),
      point('P2', nowMs),
    ]);
    await port.writeWindows([
      window('5m', old('5m', 1)),
      window('5m', nowMs),
      window('1h', old('5m', 1)),
      window('1h', old('1h', 1)),
    ]);
    await port.flush();
    await port.retain();
    const range = { fromMs: 0, toMs: nowMs + 1, limit: 10_000 };
    const raw = async (patientId: string): Promise<number[]> =>
      (await port.raw({ patientId, ...range })).map(({ atMs }) => atMs);
    const windows = async (tier: Tier): Promise<number[]> =>
      (await port.windows(tier, { patientId: 'P1', ...range })).map(({ startMs }) => startMs);
    expect(await raw('P1')).toEqual([nowMs]);
    expect(await raw('P2')).toEqual([nowMs]);
    expect(await windows('5m')).toEqual([nowMs]);
    expect(await windows('1h')).toEqual([old('5m', 1)]);
    await opened.close();
  });
});
