import { expect, it } from 'vitest';
import { marksOf } from './chart-marks.ts';
import { liveSample, toColumns, toSamples } from './series.ts';

const at = (s: number): string => new Date(s * 1000).toISOString();

const points = [
  { at: at(0), heartbeat: 70, oxygen_saturation: 97 },
  { at: at(1), heartbeat: 250, oxygen_saturation: 97, validity: { heartbeat: 'invalid' } },
  { at: at(2), heartbeat: 71, received_at: at(600) },
  { at: at(3), heartbeat: 72, received_at: at(600) },
  { at: at(4), heartbeat: 73 },
  { at: at(100), heartbeat: 74, received_at: at(700) },
];

it('an artefact is marked where it was measured, and leaves the line alone', () => {
  const samples = toSamples(points);
  expect(marksOf(samples, ['heartbeat']).artefacts).toEqual([{ atMs: 1000, value: 250 }]);
  expect(marksOf(samples, ['oxygen_saturation']).artefacts).toEqual([]);
  expect(toColumns(samples, ['heartbeat'], 'raw')[1]).toEqual([70, 71, 72, 73, null, 74]);
});

it('an artefact that comes live is marked at once', () => {
  const live = liveSample(
    { heartbeat: { value: 250, measuredAtMs: 5000, validity: 'invalid' } },
    { heartbeat: 4000 },
  );
  expect(marksOf(live === undefined ? [] : [live], ['heartbeat']).artefacts).toEqual([
    { atMs: 5000, value: 250 },
  ]);
});

it('times whose readings arrived later are spans, of the vitals that they hold', () => {
  const samples = toSamples(points);
  expect(marksOf(samples, ['heartbeat']).arrivedLate).toEqual([
    { fromMs: 2000, toMs: 3000 },
    { fromMs: 100_000, toMs: 100_000 },
  ]);
  expect(marksOf(samples, ['oxygen_saturation']).arrivedLate).toEqual([]);
});
