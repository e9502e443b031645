import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeCursor,
  encodeCursor,
  stationCursor,
  storeCursor,
} from '@vitalwire/alert-engine/hub/cursor.ts';
import { decodeCondition, encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { TIER_MS } from '@vitalwire/core/ports/time-series.ts';
import { decodeReading, encodeReading, encodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { sliceReadings } from '@vitalwire/ingest-gateway/admission/batch-slices.ts';
import {
  NEW_CLOCK,
  afterBorn,
  afterReading,
  offsetOf,
} from '@vitalwire/ingest-gateway/clocks/device-clock.ts';
import { newDevice, observeSequence } from '@vitalwire/stream-processors/operators/deduplicate.ts';
import { addValue, newMoments, statisticsOf } from '@vitalwire/stream-processors/operators/moments.ts';
import { TIERS, windowEnd, windowStart } from '@vitalwire/stream-processors/operators/tumbling-windows.ts';

const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
const name = fc.string({ minLength: 1, maxLength: 40 });
const tenths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 10, max: max * 10 }).map((value) => value / 10);

const reading: fc.Arbitrary<Reading> = fc
  .record({
    deviceId: name,
    patientId: name,
    region: name,
    bootId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    measuredAtMs: moment,
    mode: fc.constantFrom('real', 'test', 'demo'),
    heartbeat: fc.option(tenths(0, 350), { nil: undefined }),
    temperature: fc.option(tenths(68, 122), { nil: undefined }),
    mark: fc.constantFrom(undefined, 'questionable', 'invalid', 'not_available'),
    consciousness: fc.constantFrom('unknown', 'alert', 'new_confusion', 'voice', 'pain', 'unresponsive'),
    supplementalOxygen: fc.option(fc.boolean(), { nil: undefined }),
    batteryPercent: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  } as const)
  .map(({ heartbeat, temperature, mark, ...rest }) => ({
    ...rest,
    vitals: { ...noVitals(), heartbeat, temperature },
    validity: mark === undefined ? NO_MARKS : { heartbeat: mark },
  }));

describe('codecs', () => {
  test('a reading survives the wire', () => {
    fc.assert(
      fc.property(reading, (one) => {
        expect(decodeReading(encodeReading(one))).toEqual(one);
      }),
    );
  });

  test('a batch is cut into the bytes of its readings', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 20 }), (readings) => {
        const slices = sliceReadings(encodeReadingBatch(readings)) ?? [];
        expect(slices.map((slice) => decodeReading(slice))).toEqual(readings);
      }),
    );
  });

  test('whatever bytes come, cutting them ends without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const slice of sliceReadings(bytes) ?? [])
          expect(slice.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test('a condition survives the log', () => {
    const condition: fc.Arbitrary<ConditionEvent> = fc.record({
      id: name,
      revision: fc.integer({ min: 1, max: 1_000 }),
      event: fc.constantFrom('began', 'changed', 'ended'),
      patientId: name,
      region: name,
      deviceId: name,
      type: fc.constantFrom('low_heartrate', 'high_temperature', 'signal_lost'),
      priority: fc.constantFrom('low', 'medium', 'high', 'critical'),
      value: fc.option(tenths(0, 300), { nil: undefined }),
      threshold: fc.option(tenths(0, 300), { nil: undefined }),
      onsetMs: moment,
      atMs: moment,
      mode: fc.constantFrom('real', 'test', 'demo'),
      settingsVersion: name,
    } as const);
    fc.assert(
      fc.property(condition, (one) => {
        expect(decodeCondition(encodeCondition(one))).toEqual(one);
      }),
    );
  });
});

describe('windows', () => {
  test('every moment lies in exactly one window of a tier, and windows meet', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TIERS), moment, (tier, atMs) => {
        const startMs = windowStart(tier, atMs);
        const endMs = windowEnd({ tier, startMs });
        expect(startMs <= atMs && atMs < endMs).toBe(true);
        expect(startMs % TIER_MS[tier]).toBe(0);
        expect(windowStart(tier, endMs)).toBe(endMs);
        expect(windowStart(tier, endMs - 1)).toBe(startMs);
      }),
    );
  });
});

describe('aggregates', () => {
  test('are those of a plain loop, in whatever order the values come', () => {
    fc.assert(
      fc.property(fc.array(tenths(0, 350), { minLength: 1, maxLength: 200 }), (values) => {
        const aggregate = (ordered: readonly number[]) => {
          const moments = newMoments(1);
          for (const value of ordered) addValue(moments, 0, value);
          return statisticsOf(moments, 0);
        };
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        for (const is of [aggregate(values), aggregate(values.toSorted((a, b) => b - a))]) {
          expect(is?.count).toBe(values.length);
          expect(is?.min).toBe(Math.min(...values));
          expect(is?.max).toBe(Math.max(...values));
          expect(is?.mean).toBeCloseTo(mean, 8);
          const deviation = values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
          expect(is?.standardDeviation).toBeCloseTo(deviation, 5);
        }
      }),
    );
  });
});

describe('duplicates', () => {
  test('are all that was seen before, in whatever order and however often it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 300 }), (sequences) => {
        const device = newDevice();
        const seen = new Set<number>();
        for (const sequence of sequences) {
          expect(observeSequence(device, 1, sequence).kind === 'duplicate').toBe(seen.has(sequence));
          seen.add(sequence);
        }
      }),
    );
  });
});

describe('the cursor', () => {
  const regions = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });

  test('survives the way to a client and back, and names every region it covers', () => {
    fc.assert(
      fc.property(regions, fc.dictionary(name, name), (covered, positions) => {
        const cursor = stationCursor(positions, covered);
        expect(decodeCursor(encodeCursor(cursor), covered)).toEqual(cursor);
        for (const [region, position] of Object.entries(storeCursor(cursor))) {
          expect(positions[region]).toBe(position);
        }
      }),
    );
  });

  test('is never read out of what is none', () => {
    fc.assert(
      fc.property(fc.string(), regions, (text, asked) => {
        const cursor = decodeCursor(text, asked);
        if (cursor !== undefined) expect(Object.keys(cursor).toSorted()).toEqual(asked.toSorted());
      }),
    );
  });
});

describe("a device's clock", () => {
  const offset = fc.integer({ min: -3_600_000, max: 3_600_000 });

  test('is learned to within the jitter of the network, from BORN or from readings', () => {
    const jitters = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(offset, jitters, fc.boolean(), (offsetMs, jitter, born) => {
        const start = born ? afterBorn(NEW_CLOCK, 1, 1e12 + offsetMs, 1e12) : NEW_CLOCK;
        const clock = jitter.reduce((known, lateMs, index) => {
          const sentMs = 1e12 + index * 2_000;
          return afterReading(known, 1, sentMs + offsetMs, sentMs + lateMs);
        }, start);
        expect(Math.abs((offsetOf(clock, 1) ?? Number.NaN) - offsetMs)).toBeLessThanOrEqual(2_000);
      }),
    );
  });

  test('takes bounded memory, whatever comes', () => {
    const events = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), offset), { maxLength: 200 });
    fc.assert(
      fc.property(events, (heard) => {
        const clock = heard.reduce(
          (known, [bootId, offsetMs], index) => afterReading(known, bootId, 1e12 + offsetMs, 1e12 + index),
          NEW_CLOCK,
        );
        expect(clock.boots.length).toBeLessThanOrEqual(4);
        for (const { samples } of clock.boots) expect(samples.length).toBeLessThanOrEqual(5);
      }),
    );
  });
});
