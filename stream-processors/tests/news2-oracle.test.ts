import { readFileSync } from 'node:fs';
import type { RiskScore } from '@vitalwire/core/ports/analytics.ts';
import type { Consciousness } from '@vitalwire/core/vitals/reading.ts';
import { celsiusToFahrenheit, fromFloat32 } from '@vitalwire/core/vitals/units.ts';
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import { expect, it } from 'vitest';
import { alertingTopology } from '../src/pipelines/alerting.ts';
import { createDriver } from '../src/runtime/driver.ts';
import { aPatient } from '../src/testing/bed.ts';
import { START_MS, aReading, defaultSettings } from '../src/testing/readings.ts';

/**
 * The chart once more, as a table looked up cell by cell and apart from the implementation (core/src/clinical/news2.ts): for every whole
 * number, or tenth of a degree, its points. Recorded stays of 1,000 intensive-care patients go through the pipeline hour by hour, and the score of every hour
 * must be the table's.
 */
const table = (spec: string): Map<number, number> => {
  const cells = new Map<number, number>();
  for (const part of spec.split(',')) {
    const [range, points] = part.trim().split('=');
    const [from, to] = range!.split('..').map(Number);
    for (let value = from!; value <= (to ?? from!); value++) cells.set(value, Number(points));
  }
  return cells;
};
const RESPIRATION = table('0..8=3, 9..11=1, 12..20=0, 21..24=2, 25..200=3');
const SATURATION = {
  scale1: table('0..91=3, 92..93=2, 94..95=1, 96..100=0'),
  air: table('0..83=3, 84..85=2, 86..87=1, 88..100=0'),
  oxygen: table('0..83=3, 84..85=2, 86..87=1, 88..92=0, 93..94=1, 95..96=2, 97..100=3'),
};
const SYSTOLIC = table('0..90=3, 91..100=2, 101..110=1, 111..219=0, 220..350=3');
const PULSE = table('0..40=3, 41..50=1, 51..90=0, 91..110=1, 111..130=2, 131..350=3');
const TENTHS_OF_CELSIUS = table('200..350=3, 351..360=1, 361..380=0, 381..390=1, 391..500=2');

interface Hour {
  readonly patientId: string;
  readonly hour: number;
  readonly vitals: Partial<Record<VitalName, number>>;
}

/** Values as the wire carries them: 32-bit floats. */
const wire = (value: number): number => fromFloat32(Math.fround(value));

function readHours(): Hour[] {
  const file = new URL('data/challenge2019/vitals_hourly.csv', import.meta.url);
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const columns = header!.split(',');
  return lines.map((line): Hour => {
    const cells = line.split(',');
    const cell = (name: string): number | undefined => {
      const text = cells[columns.indexOf(name)];
      return text === undefined || text === '' ? undefined : Number(text);
    };
    const celsius = cell('Temp');
    const all: Partial<Record<VitalName, number | undefined>> = {
      heartbeat: cell('HR'),
      blood_pressure_systolic: cell('SBP'),
      temperature: celsius === undefined ? undefined : celsiusToFahrenheit(celsius),
      oxygen_saturation: cell('O2Sat'),
      respiratory_rate: cell('Resp'),
    };
    const vitals = Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, wire(value)]])),
    );
    return { patientId: cells[0]!, hour: cell('iculos_h')!, vitals };
  });
}

const LIFETIME_H = 12;

interface Charts {
  readonly scale2: boolean;
  readonly onOxygen: boolean | undefined;
  readonly consciousness: Consciousness;
}

/** Arbitrary but fixed, so that both scales, air and oxygen, and a drowsy patient now and then are among them. */
const chartsOf = (index: number): Charts => ({
  scale2: index % 3 === 0,
  onOxygen: index % 4 === 3 ? undefined : index % 4 === 1,
  consciousness: index % 7 === 0 ? 'voice' : index % 7 === 1 ? 'unknown' : 'alert',
});

class Oracle {
  readonly #newest = new Map<VitalName, { value: number; hour: number }>();
  readonly #charts: Charts;

  constructor(charts: Charts) {
    this.#charts = charts;
  }

  take({ vitals, hour }: Hour): void {
    for (const [name, value] of Object.entries(vitals) as [VitalName, number][]) {
      this.#newest.set(name, { value, hour });
    }
  }

  at(hour: number): Pick<RiskScore, 'score' | 'alertLevel' | 'partial'> | undefined {
    const value = (name: VitalName): number | undefined => {
      const entry = this.#newest.get(name);
      return entry && hour - entry.hour < LIFETIME_H ? entry.value : undefined;
    };
    const { scale2, onOxygen, consciousness } = this.#charts;
    const saturation = !scale2 ? SATURATION.scale1 : onOxygen ? SATURATION.oxygen : SATURATION.air;
    const fahrenheit = value('temperature');
    const tenths = fahrenheit === undefined ? undefined : Math.round((((fahrenheit - 32) * 5) / 9) * 10);
    const points = [
      look(RESPIRATION, value('respiratory_rate')),
      look(saturation, value('oxygen_saturation')),
      look(SYSTOLIC, value('blood_pressure_systolic')),
      look(PULSE, value('heartbeat')),
      look(TENTHS_OF_CELSIUS, tenths),
    ];
    if (points.every((each) => each === undefined)) return undefined;
    const all = [...points, onOxygen ? 2 : 0, consciousness === 'voice' ? 3 : 0];
    const score = all.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    const three = all.includes(3);
    const alertLevel = score >= 7 ? 'high' : score >= 5 ? 'medium' : three ? 'low-medium' : 'low';
    return { score, alertLevel, partial: points.includes(undefined) };
  }
}

function look(cells: Map<number, number>, value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const points = cells.get(Math.round(value));
  if (points === undefined) throw new Error(`${value} is not in the table`);
  return points;
}

it('agrees with the chart’s table on every hour of every recorded patient', () => {
  const settings = defaultSettings();
  const byPatient = Map.groupBy(readHours(), ({ patientId }) => patientId);
  expect(byPatient.size).toBe(1000);
  const levels = new Map<string, number>();
  let scored = 0;
  for (const [index, [patientId, hours]] of [...byPatient].entries()) {
    const charts = chartsOf(index);
    const oracle = new Oracle(charts);
    const driver = createDriver(
      alertingTopology({
        settings,
        futureToleranceMs: 60_000,
        liveWithinMs: 300_000,
        rolling: true,
        allowedLatenessMs: 10_000,
      }),
    );
    const patient = aPatient({ id: patientId, oxygenScale: charts.scale2 ? 2 : 1 });
    driver.tell({ patients: new Map([[patientId, patient]]) }, START_MS);
    for (const [sequence, hour] of hours.entries()) {
      const atMs = START_MS + hour.hour * 3_600_000;
      const reading = aReading(hour.vitals, {
        patientId,
        sequence: sequence + 1,
        measuredAtMs: atMs,
        supplementalOxygen: charts.onOxygen,
        consciousness: charts.consciousness,
      });
      driver.pipe(reading, atMs);
      oracle.take(hour);
      // The quarter's row says what stands, whether it changed or not.
      const rows = driver.tick(atMs + 920_000).scores;
      const expected = oracle.at(hour.hour + 0.25);
      expect(rows, `${patientId} hour ${hour.hour}`).toHaveLength(expected ? 1 : 0);
      if (!expected) continue;
      expect(rows[0], `${patientId} hour ${hour.hour}`).toMatchObject(expected);
      scored++;
      levels.set(expected.alertLevel, (levels.get(expected.alertLevel) ?? 0) + 1);
    }
  }
  expect(scored).toBeGreaterThan(40_000);
  for (const level of ['low', 'low-medium', 'medium', 'high'])
    expect(levels.get(level)).toBeGreaterThan(1000);
});
