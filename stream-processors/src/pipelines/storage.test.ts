import type { Tier, WindowPoint } from '@vitalwire/core/ports/time-series.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import type { VitalValues } from '@vitalwire/core/vitals/vital.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorMetrics } from '../metrics.ts';
import { createDriver } from '../runtime/driver.ts';
import { storageSink } from '../sinks/storage-sink.ts';
import { MemoryStores } from '../testing/memory-stores.ts';
import { START_MS, aReading } from '../testing/readings.ts';
import { storageTopology, type StorageOutputs } from './storage.ts';

/** The topology and its sink over stores in memory; times are seconds since START_MS. */
class Bench {
  readonly stores = new MemoryStores();
  readonly driver = createDriver(
    storageTopology({ futureToleranceMs: 60_000, allowedLatenessMs: 10_000, refreshMs: 60_000 }),
  );
  readonly #sink = storageSink({
    timeSeries: this.stores.timeSeries(),
    analytics: this.stores.analytics(),
    attempt: (_, task) => task(),
    metrics: processorMetrics(createRegistry('test')),
  });
  #sequence = 0;

  async send(
    atS: number,
    values: Partial<VitalValues>,
    over: Partial<Reading> = {},
    arrivalS = atS,
  ): Promise<StorageOutputs> {
    const measuredAtMs = START_MS + atS * 1000;
    const reading = aReading(values, { sequence: ++this.#sequence, measuredAtMs, ...over });
    const outputs = this.driver.pipe(reading, START_MS + arrivalS * 1000);
    await this.#sink.store(outputs, 0);
    return outputs;
  }

  async tick(atS: number): Promise<void> {
    await this.#sink.store(this.driver.tick(START_MS + atS * 1000), 0);
  }

  window(tier: Tier, startS: number, patientId = 'P1'): WindowPoint['vitals'] | undefined {
    return this.stores.windows.get(`${tier} ${patientId} ${START_MS + startS * 1000}`)?.vitals;
  }
}

describe('the raw tier', () => {
  it('holds every reading once, with its marks, mode and correction', async () => {
    const bench = new Bench();
    const over = { mode: 'test', validity: { heartbeat: 'invalid' }, sequence: 7 } as const;
    await bench.send(0, { heartbeat: 300 }, over);
    const again = await bench.send(0, { heartbeat: 300 }, over);
    expect(again.tally.duplicates).toBe(1);
    expect([...bench.stores.raw.values()]).toEqual([
      expect.objectContaining({
        patientId: 'P1',
        deviceId: 'D1',
        atMs: START_MS,
        mode: 'test',
        validity: { heartbeat: 'invalid' },
        clockCorrectionMs: 0,
      }),
    ]);
  });

  it('says of a reading that came late when it came', async () => {
    const bench = new Bench();
    await bench.send(0, { heartbeat: 80 }, {}, 59);
    await bench.send(1, { heartbeat: 81 }, {}, 61);
    expect([...bench.stores.raw.values()].map(({ receivedAtMs }) => receivedAtMs)).toEqual([
      undefined,
      START_MS + 61_000,
    ]);
  });

  it('does not take what it would delete at once', async () => {
    const bench = new Bench();
    const outputs = await bench.send(-8 * 86_400, { heartbeat: 80 }, {}, 0);
    expect(outputs.raw).toEqual([]);
    expect(outputs.tally.historical).toBe(1);
  });
});

describe('a window', () => {
  it('holds what was measured from its start up to, not including, its end', async () => {
    const bench = new Bench();
    await bench.send(0, { heartbeat: 60 });
    await bench.send(299.999, { heartbeat: 70 });
    await bench.send(300, { heartbeat: 200 });
    await bench.send(310, { heartbeat: 200 });
    expect(bench.window('5m', 0)).toEqual({ heartbeat: { mean: 65, min: 60, max: 70, count: 2 } });
  });

  it('closes when the watermark passes its end, and not before', async () => {
    const bench = new Bench();
    await bench.send(299, { heartbeat: 60 });
    await bench.send(309.999, { heartbeat: 70 });
    expect(bench.window('5m', 0)).toBeUndefined();
    await bench.send(310, { heartbeat: 70 });
    expect(bench.window('5m', 0)).toBeDefined();
  });

  it('closes in silence, by the wall clock', async () => {
    const bench = new Bench();
    await bench.send(295, { heartbeat: 60 });
    await bench.tick(304);
    expect(bench.window('5m', 0)).toBeUndefined();
    await bench.tick(310);
    expect(bench.window('5m', 0)).toBeDefined();
  });

  it('is not closed for everybody by one clock that runs ahead', async () => {
    const bench = new Bench();
    await bench.send(100, { heartbeat: 60 });
    await bench.send(155, { heartbeat: 200 }, { deviceId: 'D2', patientId: 'P2' }, 100);
    await bench.send(9_000, { heartbeat: 200 }, { deviceId: 'D3', patientId: 'P3' }, 100);
    const outputs = await bench.send(101, { heartbeat: 62 });
    expect(outputs.repairs.size).toBe(0);
    expect(bench.window('5m', 9_000, 'P3')).toBeDefined();
  });

  it('leaves out what is invalid or not there', async () => {
    const bench = new Bench();
    await bench.send(0, { heartbeat: 60, oxygen_saturation: 97 });
    await bench.send(1, { heartbeat: 300, oxygen_saturation: 96 }, { validity: { heartbeat: 'invalid' } });
    await bench.send(2, { heartbeat: 62 }, { validity: { heartbeat: 'questionable' } });
    await bench.tick(320);
    expect(bench.window('5m', 0)).toEqual({
      heartbeat: { mean: 61, min: 60, max: 62, count: 2 },
      oxygen_saturation: { mean: 96.5, min: 96, max: 97, count: 2 },
    });
  });

  it('is written while it is open, at most once a minute', async () => {
    const bench = new Bench();
    let writes = 0;
    for (let second = 0; second <= 180; second++) {
      const outputs = await bench.send(second, { heartbeat: 60 });
      if (outputs.windows.size > 0) writes++;
    }
    expect(writes).toBe(3);
    expect(bench.window('1h', 0)?.heartbeat?.count).toBeGreaterThan(180 - 60);
  });

  it('is written for each patient at a time of her own, though all windows open together', async () => {
    const bench = new Bench();
    const patients = Array.from({ length: 60 }, (_, i) => ({ deviceId: `D${i}`, patientId: `P${i}` }));
    let most = 0;
    for (let second = 0; second <= 180; second++) {
      const written = new Set<string>();
      for (const of of patients) {
        const outputs = await bench.send(second, { heartbeat: 60 }, of);
        for (const { patientId } of outputs.windows.values()) written.add(patientId);
      }
      most = Math.max(most, written.size);
    }
    expect(most).toBeLessThan(10);
    for (const { patientId } of patients)
      expect(bench.window('1h', 0, patientId)?.heartbeat?.count).toBeGreaterThan(180 - 60);
  });

  it('is written by a tick when its readings stop', async () => {
    const bench = new Bench();
    await bench.send(0, { heartbeat: 60 });
    await bench.tick(60);
    expect(bench.window('1h', 0)?.heartbeat?.count).toBe(1);
  });

  it('of an hour brings the trends', async () => {
    const bench = new Bench();
    for (const [index, value] of [60, 64, 71].entries()) await bench.send(index, { heartbeat: value });
    await bench.tick(3_610);
    expect([...bench.stores.trends.values()]).toEqual([
      {
        patientId: 'P1',
        vital: 'heartbeat',
        hourMs: START_MS,
        min: 60,
        max: 71,
        mean: 65,
        standardDeviation: Math.sqrt((25 + 1 + 36) / 2),
        count: 3,
      },
    ]);
  });
});

describe('a late reading', () => {
  it('repairs its windows and trends in every tier', async () => {
    const bench = new Bench();
    await bench.send(0, { heartbeat: 60 });
    await bench.tick(4_000);
    await bench.send(10, { heartbeat: 90 }, {}, 4_001);
    expect(bench.window('5m', 0)?.heartbeat).toEqual({ mean: 75, min: 60, max: 90, count: 2 });
    expect(bench.window('1h', 0)?.heartbeat).toEqual({ mean: 75, min: 60, max: 90, count: 2 });
    expect([...bench.stores.trends.values()]).toMatchObject([{ max: 90, count: 2 }]);
  });

  it('is one repair a window and batch, however many there are', async () => {
    const bench = new Bench();
    await bench.tick(4_000);
    const { encodeReading } = await import('@vitalwire/core/vitals/codec.ts');
    const outputs = bench.driver.pipeBatch(
      Array.from({ length: 500 }, (_, i) => ({
        topic: 'vitals.readings',
        key: 'P1',
        value: encodeReading(
          aReading({ heartbeat: 80 }, { sequence: i + 1, measuredAtMs: START_MS + i * 1000 }),
        ),
        headers: {},
        timestampMs: START_MS + 4_001_000,
        partition: 0,
        offset: i,
      })),
    );
    expect(outputs.raw).toHaveLength(500);
    expect([...outputs.repairs.values()].map(({ tier, startMs }) => [tier, startMs - START_MS])).toEqual([
      ['5m', 0],
      ['1h', 0],
      ['5m', 300_000],
    ]);
  });
});

describe('a state that began in the middle of the stream', () => {
  it('computes the windows it has not seen whole from the raw tier', async () => {
    const bench = new Bench();
    await bench.stores.timeSeries().writeRaw([
      {
        patientId: 'P1',
        deviceId: 'D1',
        region: 'Northeast',
        atMs: START_MS,
        vitals: aReading({ heartbeat: 60 }).vitals,
        validity: {},
        mode: 'real',
        clockCorrectionMs: 0,
      },
    ]);
    const topology = storageTopology({
      futureToleranceMs: 60_000,
      allowedLatenessMs: 10_000,
      refreshMs: 60_000,
    });
    const state = topology.newState(START_MS + 30_000);
    const outputs = topology.newOutputs();
    const reading = aReading({ heartbeat: 80 }, { measuredAtMs: START_MS + 40_000 });
    topology.handle(
      state,
      { reading, atMs: START_MS + 40_000, arrivalMs: START_MS + 40_000, clockCorrectionMs: 0 },
      outputs,
    );
    topology.advance(state, START_MS + 320_000, true, outputs);
    topology.show(state, outputs);
    expect(outputs.windows.size).toBe(0);
    expect([...outputs.repairs.values()]).toMatchObject([
      { tier: '5m', startMs: START_MS },
      { tier: '1h', startMs: START_MS },
    ]);
  });
});

describe('windows', () => {
  it('are those of a batch computation, whatever the disorder, repetition, delay and restarts', async () => {
    const delivery = fc.record({
      atS: fc.integer({ min: 0, max: 1_500 }),
      value: fc.integer({ min: 30, max: 200 }),
      delayS: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3_000 })),
      again: fc.boolean(),
      restart: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(delivery, { selector: ({ atS }) => atS, maxLength: 60 }),
        async (deliveries) => {
          const bench = new Bench();
          const arrivals = deliveries
            .map((each, index) => ({ ...each, sequence: index + 1, arrivalS: each.atS + each.delayS }))
            .toSorted((a, b) => a.arrivalS - b.arrivalS);
          for (const { atS, value, sequence, arrivalS, again, restart } of arrivals) {
            if (restart) bench.driver.restart();
            await bench.tick(arrivalS);
            await bench.send(atS, { heartbeat: value }, { sequence }, arrivalS);
            if (again) await bench.send(atS, { heartbeat: value }, { sequence }, arrivalS);
          }
          await bench.tick(10_000);
          for (let startS = 0; startS < 1_800; startS += 300) {
            const inside = deliveries
              .filter(({ atS }) => atS >= startS && atS < startS + 300)
              .map(({ value }) => value);
            const row = bench.window('5m', startS)?.heartbeat;
            expect(row?.count ?? 0).toBe(inside.length);
            if (!row) continue;
            expect(row.mean).toBeCloseTo(inside.reduce((sum, value) => sum + value, 0) / inside.length, 9);
            expect([row.min, row.max]).toEqual([Math.min(...inside), Math.max(...inside)]);
          }
          expect(bench.window('1h', 0)?.heartbeat?.count ?? 0).toBe(deliveries.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
