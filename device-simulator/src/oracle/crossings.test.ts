import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { expect, it } from 'vitest';
import { CrossingOracle, type Crossing } from './crossings.ts';

const settings = parseAlarmSettings(
  readFileSync(fileURLToPath(import.meta.resolve('@vitalwire/core/config/alarms.yaml')), 'utf8'),
);

/** Seconds of onset and completion, for samples of one vital each second, or at the seconds given. */
function crossings(
  vital: VitalName,
  samples: readonly (number | readonly [atS: number, value: number])[],
): unknown[] {
  const oracle = new CrossingOracle(settings);
  const found: Crossing[] = [];
  for (const [index, sample] of samples.entries()) {
    const [atS, value] = typeof sample === 'number' ? [index, sample] : sample;
    oracle.observe(0, { vitals: { ...noVitals(), [vital]: value }, validity: NO_MARKS }, atS * 1_000, (c) =>
      found.push(c),
    );
  }
  return found.map(({ type, onsetMs, completedMs }) => `${type} ${onsetMs / 1_000}..${completedMs / 1_000}`);
}
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

it('a crossing counts once its delay has passed, once', () => {
  expect(crossings('oxygen_saturation', [97, ...times(15, 88)])).toEqual([]);
  expect(crossings('oxygen_saturation', [97, ...times(40, 88)])).toEqual(['low_oxygen_saturation 1..16']);
  expect(crossings('heartbeat', [...times(3, 70), ...times(30, 125)])).toEqual(['high_heartrate 3..13']);
});

it('a critical limit has the shorter delay, from when it was crossed; the onset is the first crossing', () => {
  expect(crossings('oxygen_saturation', [...times(4, 88), ...times(20, 75)])).toEqual([
    'low_oxygen_saturation 0..9',
  ]);
});

it('a clean sample starts over; one on the limit does not, and completes nothing', () => {
  expect(crossings('oxygen_saturation', [...times(10, 88), 91, ...times(15, 88)])).toEqual([]);
  expect(crossings('oxygen_saturation', [...times(10, 88), ...times(8, 90), 88])).toEqual([
    'low_oxygen_saturation 0..18',
  ]);
});

it('is over after five clean seconds, and the next is another', () => {
  const episode = [...times(20, 88), ...times(7, 96)];
  expect(crossings('oxygen_saturation', [...episode, ...episode])).toEqual([
    'low_oxygen_saturation 0..15',
    'low_oxygen_saturation 27..42',
  ]);
});

it('a cuff needs one sample, and one to end it', () => {
  const cuffs = [120, 80, 82, 120, 84].map((value, i) => [i * 300, value] as const);
  expect(crossings('blood_pressure_systolic', cuffs)).toEqual([
    'low_blood_pressure_systolic 300..300',
    'low_blood_pressure_systolic 1200..1200',
  ]);
});

it('a gap counts for no delay, unless the vital always comes so seldom', () => {
  expect(crossings('oxygen_saturation', [97, 88, [40, 88], [45, 88]])).toEqual([]);
  const minutes = [98.6, 98.6, 103, 103].map((value, i) => [i * 60, value] as const);
  expect(crossings('temperature', minutes)).toEqual(['high_temperature 120..180']);
});
