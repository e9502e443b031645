import { describe, expect, it } from 'vitest';
import { VITALS, type VitalName, type VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { loadScenario } from '../scenarios/scenario.ts';
import { SyntheticPatient } from './synthetic-patient.ts';

const DAY_S = 86_400;

function live(seed: number, seconds: number, scenario: 'stable' | 'desaturation' = 'stable'): VitalValues[] {
  const { course } = loadScenario(scenario);
  const patient = new SyntheticPatient({ seed, course, courseStartS: 0, startS: 0, profile: undefined });
  return Array.from({ length: seconds }, (_, atS) => patient.measure(atS).vitals);
}

const days = new Map<number, VitalValues[]>();

/** A whole resting day, lived once however many tests look at it. */
function dayOf(seed: number): VitalValues[] {
  const day = days.get(seed) ?? live(seed, DAY_S);
  days.set(seed, day);
  return day;
}

const valuesOf = (day: readonly VitalValues[], vital: VitalName): number[] =>
  day.flatMap((vitals) => vitals[vital] ?? []);

function spread(values: readonly number[]): { min: number; max: number; deviation: number } {
  let [min, max, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    squares += value ** 2;
  }
  return { min, max, deviation: Math.sqrt(squares / values.length - (sum / values.length) ** 2) };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
  return product / (spread(a).deviation * spread(b).deviation);
}

describe('a synthetic patient', () => {
  it('is determined by the seed, and another by another', () => {
    expect(live(7, 600)).toEqual(live(7, 600));
    expect(live(7, 600)).not.toEqual(live(8, 600));
  });

  it.each([1, 2, 3, 4])(
    'rests inside the adult limits for a whole day, and is never flat (seed %i)',
    (seed) => {
      const day = dayOf(seed);
      const within: Record<VitalName, readonly [min: number, max: number, leastDeviation: number]> = {
        heartbeat: [50, 120, 1.5],
        blood_pressure_systolic: [90, 180, 2],
        blood_pressure_diastolic: [50, 110, 1.2],
        temperature: [96.5, 100.4, 0.2],
        oxygen_saturation: [93, 100, 0.3],
        respiratory_rate: [8, 30, 0.7],
      };
      for (const vital of VITALS) {
        const { min, max, deviation } = spread(valuesOf(day, vital));
        const [lowest, highest, least] = within[vital];
        expect(min, `${vital} min`).toBeGreaterThanOrEqual(lowest);
        expect(max, `${vital} max`).toBeLessThanOrEqual(highest);
        expect(deviation, `${vital} deviation`).toBeGreaterThan(least);
        expect(deviation, `${vital} deviation`).toBeLessThan(8);
      }
    },
  );

  it('moves from second to second as a heart does: a little', () => {
    const hearts = valuesOf(dayOf(2), 'heartbeat');
    const steps = hearts.slice(1).map((value, i) => Math.abs(value - hearts[i]!));
    expect(spread(steps).max).toBeLessThanOrEqual(8);
    expect(steps.reduce((a, b) => a + b, 0) / steps.length).toBeLessThan(1.5);
  });

  it('has vitals that go together: heart with breath, diastolic with systolic', () => {
    const day = dayOf(3);
    const minutes = (vital: VitalName): number[] => {
      const values = valuesOf(day, vital);
      return Array.from(
        { length: Math.floor(values.length / 60) },
        (_, i) => values.slice(i * 60, i * 60 + 60).reduce((a, b) => a + b, 0) / 60,
      );
    };
    expect(correlation(minutes('heartbeat'), minutes('respiratory_rate'))).toBeGreaterThan(0.2);
    expect(
      correlation(valuesOf(day, 'blood_pressure_systolic'), valuesOf(day, 'blood_pressure_diastolic')),
    ).toBeGreaterThan(0.2);
  });

  it('answers lost oxygen with a faster heart', () => {
    const patient = live(2, 300, 'desaturation');
    const heartAt = (from: number, to: number): number =>
      spread(valuesOf(patient.slice(from, to), 'heartbeat')).min;
    expect(heartAt(120, 300)).toBeGreaterThan(heartAt(0, 20));
  });

  it('measures pressure now and then, both at once, and temperature each minute; the first soon', () => {
    const hour = live(1, 3_600);
    const cuffs = hour.flatMap((vitals, atS) => (vitals.blood_pressure_systolic === undefined ? [] : [atS]));
    expect(cuffs[0]).toBeLessThanOrEqual(20);
    expect(cuffs.slice(2).map((atS, i) => atS - cuffs[i + 1]!)).toEqual(
      Array.from({ length: cuffs.length - 2 }, () => 300),
    );
    for (const { blood_pressure_systolic: systolic, blood_pressure_diastolic: diastolic } of hour) {
      expect(systolic === undefined).toBe(diastolic === undefined);
      if (systolic !== undefined && diastolic !== undefined) expect(systolic).toBeGreaterThan(diastolic + 15);
    }
    expect(valuesOf(hour, 'temperature').length).toBeGreaterThanOrEqual(60);
  });

  it('shows what a monitor shows: whole numbers, and tenths of a degree', () => {
    for (const vitals of live(9, 600)) {
      for (const vital of VITALS) {
        const value = vitals[vital] ?? 0;
        const shown = vital === 'temperature' ? value * 10 : value;
        expect(Math.abs(shown - Math.round(shown))).toBeLessThan(1e-9);
      }
    }
  });
});
