import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import { SHIPPED_RECORDINGS, loadRecordings } from './load.ts';
import { RecordingError, parseNumerics, type Recording } from './numerics.ts';
import { replayForever, replayOnce } from './replay.ts';

const HEADER = 'Time [s], HR, PULSE, RESP, SpO2';
const missing = ({ rows }: Recording, vital: VitalName): number =>
  rows.filter((row) => row.vitals[vital] === undefined).length;

describe('the recordings that come along', () => {
  it('are ten of 481 seconds, with the gaps that their index counts', async () => {
    const recordings = await loadRecordings(SHIPPED_RECORDINGS);
    const gaps = recordings.map((recording) => [
      recording.name,
      recording.rows.length,
      missing(recording, 'heartbeat'),
      missing(recording, 'respiratory_rate'),
      missing(recording, 'oxygen_saturation'),
    ]);
    expect(gaps).toEqual([
      ['bidmc_01', 481, 0, 0, 13],
      ['bidmc_05', 481, 0, 0, 6],
      ['bidmc_13', 481, 0, 146, 0],
      ['bidmc_19', 481, 0, 4, 102],
      ['bidmc_22', 481, 0, 0, 0],
      ['bidmc_32', 481, 0, 0, 0],
      ['bidmc_37', 481, 0, 0, 0],
      ['bidmc_39', 481, 0, 0, 0],
      ['bidmc_42', 481, 0, 0, 0],
      ['bidmc_51', 481, 0, 0, 0],
    ]);
  });

  it('hold the sustained desaturation', async () => {
    const recordings = await loadRecordings(SHIPPED_RECORDINGS);
    const saturations = recordings
      .find(({ name }) => name === 'bidmc_32')!
      .rows.map((row) => row.vitals.oxygen_saturation!);
    expect([Math.min(...saturations), Math.max(...saturations)]).toEqual([83, 87]);
  });

  it('keep the notice that their licence asks for', async () => {
    const notice = await readFile(join(SHIPPED_RECORDINGS, 'ATTRIBUTION.txt'), 'utf8');
    expect(notice).toContain('made available under the Open Data Commons Attribution License v1.0');
  });
});

describe('parseNumerics', () => {
  it('takes names with a space before them, NaN for missing, and -0 for 0', () => {
    const { rows } = parseNumerics('x', `${HEADER}\n-0,81,80,25,NaN\n1,NaN,80,0,84\n`);
    expect(rows.map((row) => row.timeS)).toEqual([0, 1]);
    expect(rows.map((row) => row.vitals)).toMatchObject([
      { heartbeat: 81, respiratory_rate: 25, oxygen_saturation: undefined, temperature: undefined },
      { heartbeat: undefined, respiratory_rate: 0, oxygen_saturation: 84 },
    ]);
  });

  it.each([
    ['', 'x: line 1 has no column "Time [s]"'],
    ['Time [s], PLETH\n0,1', 'x: line 1 has none of HR, SpO2, RESP'],
    [HEADER, 'x: has no rows'],
    [`${HEADER}\n0,81,80,25`, 'x: line 2: 4 cells, expected 5'],
    [`${HEADER}\n0,81,80,25,84\n1,fast,80,25,84`, 'x: line 3: HR is "fast", neither a number nor NaN'],
    [`${HEADER}\n0,,80,25,84`, 'x: line 2: HR is "", neither a number nor NaN'],
    [`${HEADER}\nNaN,81,80,25,84`, 'x: line 2: the time is not a number'],
    [`${HEADER}\n5,81,80,25,84\n5,81,80,25,84`, 'x: line 3: time does not go forward'],
  ])('says where %j is wrong', (text, message) => {
    expect(() => parseNumerics('x', text)).toThrow(new RecordingError(message));
  });

  it('refuses a folder without recordings', async () => {
    await expect(loadRecordings(import.meta.dirname)).rejects.toThrow(/holds no \*_Numerics\.csv/);
  });
});

describe('replay', () => {
  const recording = parseNumerics('x', `${HEADER}\n0,60,0,0,0\n1,61,0,0,0\n2,62,0,0,0`);
  const heart = (source: ReturnType<typeof replayOnce>, atS: number): number | undefined =>
    source.measure(atS)?.vitals.heartbeat;

  it('once plays each row and ends', () => {
    expect([0, 1, 2, 3].map((atS) => heart(replayOnce(recording), atS))).toEqual([60, 61, 62, undefined]);
  });

  it('for ever goes round from its offset', () => {
    expect([0, 1, 2, 3].map((atS) => heart(replayForever(recording, 2), atS))).toEqual([62, 60, 61, 62]);
  });
});
