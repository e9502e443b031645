import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { seededRandom } from '@vitalwire/core/testing/random.ts';
import { celsiusToFahrenheit } from '@vitalwire/core/vitals/units.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import { START_MS, aReading } from '../src/testing/readings.ts';

/** A reading on its way, perhaps a second time. */
export interface Delivery {
  readonly reading: Reading;
  readonly arrivalMs: number;
}

interface Row {
  readonly patientId: string;
  readonly atMs: number;
  readonly vitals: Partial<Record<VitalName, number>>;
}

/** Four minutes before an hour ends, so that windows of both tiers end within a recording of eight. */
const BIDMC_START_MS = START_MS + 56 * 60_000;

/** Seconds of 42 bedside monitors. */
export function bidmc(): Reading[] {
  return readingsOf(
    tableOf(gunzipSync(readFileSync(new URL('data/bidmc/numerics.csv.gz', import.meta.url))).toString()).map(
      (cell): Row => ({
        patientId: `bidmc-${cell('recording')}`,
        atMs: BIDMC_START_MS + cell('second')! * 1_000,
        vitals: given({
          heartbeat: cell('HR'),
          oxygen_saturation: cell('SpO2'),
          respiratory_rate: cell('RESP'),
        }),
      }),
    ),
  );
}

/** Hours of 1,000 stays. */
export function challenge2019(): Reading[] {
  const text = readFileSync(new URL('data/challenge2019/vitals_hourly.csv', import.meta.url), 'utf8');
  return readingsOf(
    tableOf(text).map((cell): Row => {
      const celsius = cell('Temp');
      return {
        patientId: `challenge-${cell('patient_id')}`,
        atMs: START_MS + cell('iculos_h')! * 3_600_000,
        vitals: given({
          heartbeat: cell('HR'),
          blood_pressure_systolic: cell('SBP'),
          blood_pressure_diastolic: cell('DBP'),
          temperature: celsius === undefined ? undefined : celsiusToFahrenheit(celsius),
          oxygen_saturation: cell('O2Sat'),
          respiratory_rate: cell('Resp'),
        }),
      };
    }),
  );
}

/** Each reading once or more, each copy up to `delayMsMax` after it was measured: shuffled, and in the order of arrival. */
export function delivered(readings: readonly Reading[], delayMsMax: number, seed: number): Delivery[] {
  const random = seededRandom(seed);
  return readings
    .flatMap((reading) =>
      Array.from({ length: random() < 0.1 ? 2 : 1 }, () => ({
        reading,
        arrivalMs: reading.measuredAtMs + Math.floor(random() * delayMsMax),
      })),
    )
    .toSorted((a, b) => a.arrivalMs - b.arrivalMs);
}

type Cell = (column: string) => number | undefined;

/** A cell that is no number, a patient's name, is its digits. */
function tableOf(csv: string): Cell[] {
  const [header = '', ...lines] = csv.trim().split(/\r?\n/);
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return (column) => {
      const text = cells[columns.indexOf(column)]?.replace(/^[a-z]+/i, '');
      return text === undefined || text === '' ? undefined : Number(text);
    };
  });
}

const given = (vitals: Partial<Record<VitalName, number | undefined>>): Row['vitals'] =>
  Object.fromEntries(
    Object.entries(vitals).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

function readingsOf(rows: readonly Row[]): Reading[] {
  const sequences = new Map<string, number>();
  return rows.map(({ patientId, atMs, vitals }) => {
    const sequence = (sequences.get(patientId) ?? 0) + 1;
    sequences.set(patientId, sequence);
    return aReading(vitals, { patientId, deviceId: `monitor-${patientId}`, sequence, measuredAtMs: atMs });
  });
}
