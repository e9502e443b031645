import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TIER_MS, type RawPoint, type TimeSeries, type WindowPoint } from '../../ports/time-series.ts';
import { systemClock } from '../../runtime/clock.ts';
import { NO_MARKS } from '../../vitals/reading.ts';
import { noVitals } from '../../vitals/vital.ts';
import { freshName } from '../fresh-name.ts';

/** One adapter on one engine, for one test. */
export interface TimeSeriesHarness {
  /** The series under test; another object after `reopen`. */
  readonly series: TimeSeries;
  /** Ends the adapter's process in mid-air, or as near to that as can be had, and starts it anew. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Registers a test for every promise of `TimeSeries`; what is written is of the last hours, which every tier retains. */
export function timeSeriesContract(engine: string, makeHarness: () => Promise<TimeSeriesHarness>): void {
  describe(`TimeSeries on ${engine}`, () => {
    let harness: TimeSeriesHarness;
    let patient: string;
    let startMs: number;
    beforeEach(async () => {
      harness = await makeHarness();
      patient = freshName('P');
      const dayMs = 24 * TIER_MS['1h'];
      startMs = Math.floor((systemClock.now() - dayMs) / TIER_MS['1h']) * TIER_MS['1h'];
    });
    afterEach(() => harness.close());

    const point = (atMs: number, heartbeat: number, changes: Partial<RawPoint> = {}): RawPoint => ({
      patientId: patient,
      deviceId: 'D1',
      region: 'Northeast',
      atMs,
      vitals: { ...noVitals(), heartbeat },
      validity: NO_MARKS,
      mode: 'real',
      clockCorrectionMs: 0,
      ...changes,
    });
    const window = (tier: '5m' | '1h', index: number, changes: Partial<WindowPoint> = {}): WindowPoint => ({
      tier,
      patientId: patient,
      region: 'Northeast',
      startMs: startMs + index * TIER_MS[tier],
      vitals: { heartbeat: { mean: 70.25 + index, min: 60, max: 80, count: 300 } },
      ...changes,
    });
    const range = (fromMs = startMs, toMs = startMs + 20 * TIER_MS['1h'], limit = 10_000) => ({
      patientId: patient,
      fromMs,
      toMs,
      limit,
    });
    const raw = (...of: Parameters<typeof range>): Promise<readonly RawPoint[]> =>
      harness.series.raw(range(...of));
    const beats = (points: readonly RawPoint[]): (number | undefined)[] =>
      points.map(({ vitals }) => vitals.heartbeat);

    describe('raw', () => {
      it('keeps a point whole', async () => {
        const full = point(startMs + 123, 71.5, {
          vitals: {
            heartbeat: 71.5,
            blood_pressure_systolic: 120,
            blood_pressure_diastolic: 80,
            temperature: 98.6,
            oxygen_saturation: 0,
            respiratory_rate: 16,
          },
          validity: { temperature: 'questionable', oxygen_saturation: 'invalid' },
          mode: 'demo',
          clockCorrectionMs: -86_400_500,
          receivedAtMs: startMs + 900_000,
        });
        const off = point(startMs + 124, 70, { validity: { respiratory_rate: 'not_available' } });
        await harness.series.writeRaw([full, off]);
        expect(await raw()).toEqual([full, off]);
      });

      it('answers oldest first, from the beginning of a range up to but not at its end, at most as many as asked for', async () => {
        const points = [3, 1, 4, 0, 2].map((i) => point(startMs + i * 1000, i));
        await harness.series.writeRaw(points.slice(0, 3));
        await harness.series.writeRaw(points.slice(3));
        await harness.series.writeRaw([]);
        expect(beats(await raw())).toEqual([0, 1, 2, 3, 4]);
        expect(beats(await raw(startMs + 1000, startMs + 3000))).toEqual([1, 2]);
        expect(beats(await raw(startMs + 1000, startMs + 5000, 2))).toEqual([1, 2]);
        expect(await raw(startMs + 5000)).toEqual([]);
        expect(await harness.series.raw({ ...range(), patientId: freshName('P') })).toEqual([]);
      });

      it('has one point for a patient, device and moment, however often it is written', async () => {
        const first = point(startMs, 70);
        await harness.series.writeRaw([first, first]);
        await harness.series.writeRaw([first]);
        await harness.series.writeRaw([point(startMs, 71, { deviceId: 'D2' })]);
        await harness.series.writeRaw([point(startMs, 72, { patientId: freshName('P') })]);
        expect(await raw()).toHaveLength(2);
        expect(new Set(beats(await raw()))).toEqual(new Set([70, 71]));
      });

      it('has the newest value of each vital that was given for a point', async () => {
        await harness.series.writeRaw([
          point(startMs, 70, {
            vitals: { ...noVitals(), heartbeat: 70, temperature: 98.6 },
            validity: { temperature: 'questionable' },
          }),
          point(startMs, 0, { vitals: { ...noVitals(), oxygen_saturation: 97 } }),
        ]);
        await harness.series.writeRaw([
          point(startMs, 0, {
            vitals: { ...noVitals(), heartbeat: 72 },
            validity: { heartbeat: 'invalid' },
          }),
        ]);
        const [merged, ...more] = await raw();
        expect(more).toEqual([]);
        expect(merged?.vitals).toEqual({
          ...noVitals(),
          heartbeat: 72,
          temperature: 98.6,
          oxygen_saturation: 97,
        });
        expect(merged?.validity).toEqual({ temperature: 'questionable', heartbeat: 'invalid' });
      });

      it('takes thousands at once, and is durable once resolved', async () => {
        const points = Array.from({ length: 3000 }, (_, i) => point(startMs + i * 1000, i % 200));
        await Promise.all([
          harness.series.writeRaw(points.slice(0, 1500)),
          harness.series.writeRaw(points.slice(1500)),
        ]);
        await harness.reopen();
        expect(beats(await raw())).toEqual(points.map(({ vitals }) => vitals.heartbeat));
      });
    });

    describe('windows', () => {
      it('keeps windows whole, tier by tier, oldest first', async () => {
        const both = window('5m', 0, {
          vitals: {
            heartbeat: { mean: 70.123456789, min: 60, max: 80, count: 300 },
            temperature: { mean: 98.6, min: 98.5, max: 98.7, count: 1 },
          },
        });
        await harness.series.writeWindows([window('5m', 2), both, window('1h', 0), window('5m', 1)]);
        await harness.series.writeWindows([]);
        expect(await harness.series.windows('5m', range())).toEqual([both, window('5m', 1), window('5m', 2)]);
        expect(await harness.series.windows('1h', range())).toEqual([window('1h', 0)]);
        const bounded = range(startMs + TIER_MS['5m'], startMs + 2 * TIER_MS['5m']);
        expect(await harness.series.windows('5m', bounded)).toEqual([window('5m', 1)]);
        expect(await harness.series.windows('5m', range(startMs, startMs + TIER_MS['1h'], 2))).toEqual([
          both,
          window('5m', 1),
        ]);
        expect(await harness.series.windows('5m', { ...range(), patientId: freshName('P') })).toEqual([]);
      });

      it('replaces a window whole', async () => {
        const respiration = { mean: 16, min: 12, max: 20, count: 60 };
        await harness.series.writeWindows([
          window('5m', 0, { vitals: { ...window('5m', 0).vitals, respiratory_rate: respiration } }),
        ]);
        await harness.series.writeWindows([
          window('5m', 0, { vitals: { respiratory_rate: { ...respiration, count: 61 } } }),
        ]);
        const [found, ...more] = await harness.series.windows('5m', range());
        expect(more).toEqual([]);
        expect(found?.vitals).toEqual({ respiratory_rate: { ...respiration, count: 61 } });
      });

      it('is durable once resolved', async () => {
        const windows = Array.from({ length: 200 }, (_, i) => window('5m', i));
        await harness.series.writeWindows(windows);
        await harness.reopen();
        expect(await harness.series.windows('5m', range())).toEqual(windows);
      });
    });

    it('answers a ping, stores what it accepted when closed, closes more than once, and fails afterwards', async () => {
      await harness.series.ping();
      const accepted = harness.series.writeRaw([point(startMs, 70)]);
      await harness.series.close();
      await harness.series.close();
      await accepted;
      await expect(harness.series.writeRaw([point(startMs, 71)])).rejects.toThrow();
      await harness.reopen();
      expect(beats(await raw())).toEqual([70]);
    });
  });
}
