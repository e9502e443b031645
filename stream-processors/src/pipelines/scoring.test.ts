import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { celsiusToFahrenheit } from '@vitalwire/core/vitals/units.ts';
import { describe, expect, it } from 'vitest';
import { Bed } from '../testing/bed.ts';
import { START_MS, aReading, alarmsYaml } from '../testing/readings.ts';

const WELL = {
  heartbeat: 70,
  blood_pressure_systolic: 120,
  temperature: celsiusToFahrenheit(37),
  oxygen_saturation: 97,
  respiratory_rate: 16,
};
/** No limit is crossed, and the score is 3 + 2 + 1 = 6. */
const UNWELL = { ...WELL, respiratory_rate: 26, oxygen_saturation: 93, heartbeat: 95 };

const scoreStory = (bed: Bed): string[] => bed.story.filter((line) => line.includes('early_warning'));

describe('the early-warning score', () => {
  it('is written when it changes, with its points, sources and assumptions', () => {
    const bed = new Bed();
    bed.send(0, { heartbeat: 70, oxygen_saturation: 97 });
    bed.send(1, WELL);
    bed.everySecond(2, 5, WELL);
    bed.send(6, UNWELL);
    expect(bed.scores).toMatchObject([
      { atMs: START_MS, score: 0, partial: true, factors: { heartbeat: 0, oxygen_saturation: 0 } },
      { atMs: START_MS + 1000, score: 0, partial: false, alertLevel: 'low' },
      {
        patientId: 'P1',
        region: 'Northeast',
        atMs: START_MS + 6000,
        score: 6,
        alertLevel: 'medium',
        factors: { respiratory_rate: 3, oxygen_saturation: 2, heartbeat: 1, temperature: 0 },
        sources: ['D1'],
        assumed: ['supplemental_oxygen', 'consciousness'],
      },
    ]);
    expect(bed.live?.score).toEqual({ score: 6, level: 'medium', partial: false });
  });

  it('is a condition at 5, worse at 7, and ends when it has been low for a while', () => {
    const bed = new Bed();
    bed.everySecond(0, 70, UNWELL);
    bed.everySecond(71, 140, { ...UNWELL, heartbeat: 112 });
    bed.everySecond(141, 210, WELL);
    expect(scoreStory(bed)).toEqual([
      '60 s early_warning_score began medium',
      '131 s early_warning_score changed high',
      '201 s early_warning_score ended high',
    ]);
    const own = bed.events.filter(({ type }) => type === 'early_warning_score');
    expect(own).toMatchObject([
      { value: 6, threshold: 5, revision: 1, onsetMs: START_MS },
      { value: 7, threshold: 7, revision: 2 },
      { value: 0, revision: 3 },
    ]);
    expect(new Set(own.map(({ id }) => id)).size).toBe(1);
  });

  it('of a single 3 is a condition of low priority, and one that does not last is none', () => {
    const bed = new Bed();
    bed.everySecond(0, 58, { ...WELL, respiratory_rate: 26 });
    bed.everySecond(59, 99, WELL);
    expect(scoreStory(bed)).toEqual([]);
    bed.everySecond(100, 160, { ...WELL, respiratory_rate: 26 });
    expect(scoreStory(bed)).toEqual(['160 s early_warning_score began low']);
  });

  it('needs no second reading: a tick completes it at the same moment', () => {
    const [ticked, replayed] = [new Bed(), new Bed()];
    for (const bed of [ticked, replayed]) bed.send(0, UNWELL);
    for (let second = 1; second < 100; second++) ticked.tick(second + 0.5);
    ticked.send(100, UNWELL);
    replayed.send(100, UNWELL);
    const own = (bed: Bed) => bed.events.filter(({ type }) => type === 'early_warning_score');
    expect(own(ticked)).toMatchObject([{ event: 'began', atMs: START_MS + 60_000 }]);
    expect(own(replayed)).toEqual(own(ticked));
  });

  it('is settled by the readings of a device that keeps sending, for what a tick decides costs a checkpoint', () => {
    const bed = new Bed();
    bed.send(0, UNWELL);
    for (let second = 0; second < 70; second++) {
      bed.send(second + 0.5, UNWELL);
      expect(bed.tick(second + 1.2).conditions).toEqual([]);
    }
    expect(scoreStory(bed)).toEqual(['60 s early_warning_score began medium']);
  });

  it('is the same story whether somebody looked at each moment or only once, late', () => {
    const [ticked, replayed] = [new Bed(), new Bed()];
    for (const bed of [ticked, replayed]) {
      bed.send(0, { ...WELL, respiratory_rate: 26 });
      bed.send(30, UNWELL);
    }
    for (let second = 31; second < 200; second++) ticked.tick(second);
    for (const bed of [ticked, replayed]) bed.send(200, WELL);
    expect(scoreStory(replayed)).toEqual([
      '60 s early_warning_score began low',
      '90 s early_warning_score changed medium',
    ]);
    expect(replayed.events.filter(({ type }) => type === 'early_warning_score')).toEqual(
      ticked.events.filter(({ type }) => type === 'early_warning_score'),
    );
  });

  it('counts oxygen and consciousness as charted by the device or in the chart, the newer of both', () => {
    const bed = new Bed();
    bed.send(0, WELL, { supplementalOxygen: true });
    expect(bed.scores.at(-1)).toMatchObject({ score: 2, factors: { supplemental_oxygen: 2 } });
    bed.learn(10, {
      patient: {
        supplementalOxygen: { value: false, atMs: START_MS - 1 },
        consciousness: { value: 'voice', atMs: START_MS + 10_000 },
      },
    });
    expect(bed.scores.at(-1)).toMatchObject({ score: 5, assumed: [], sources: ['D1', 'chart'] });
    bed.send(20, WELL, { consciousness: 'alert', supplementalOxygen: false });
    expect(bed.scores.at(-1)).toMatchObject({ score: 0, alertLevel: 'low' });
  });

  it('takes scale 2 from the directory alone', () => {
    const bed = new Bed();
    bed.send(0, { ...WELL, oxygen_saturation: 90 }, { supplementalOxygen: true });
    expect(bed.scores.at(-1)).toMatchObject({ score: 5 });
    bed.learn(1, { patient: { oxygenScale: 2 } });
    expect(bed.scores.at(-1)).toMatchObject({ score: 2, factors: { oxygen_saturation: 0 } });
    bed.send(2, { ...WELL, oxygen_saturation: 98 });
    expect(bed.scores.at(-1)).toMatchObject({ score: 5, factors: { oxygen_saturation: 3 } });
    bed.send(3, { ...WELL, oxygen_saturation: 98 }, { supplementalOxygen: false });
    expect(bed.scores.at(-1)).toMatchObject({ score: 0 });
    bed.send(4, { ...WELL, oxygen_saturation: 85 });
    expect(bed.scores.at(-1)).toMatchObject({ score: 2 });
  });

  it.each([
    [{ age: 15 }, /under 16/],
    [{ pregnant: true }, /pregnancy/],
    [{ age: undefined, profile: 'neonate' }, /under 16/],
  ] as const)('is not for %o, and says why', (patient, reason) => {
    const bed = new Bed();
    bed.learn(0, { patient });
    bed.everySecond(0, 70, UNWELL);
    expect([bed.scores, scoreStory(bed), bed.live?.score]).toEqual([[], [], undefined]);
    expect(bed.live?.scoreExclusion).toMatch(reason);
  });

  it('ends when the patient turns out to be one it is not for', () => {
    const bed = new Bed();
    bed.everySecond(0, 60, UNWELL);
    bed.learn(61, { patient: { pregnant: true } });
    expect(bed.events.at(-1)).toMatchObject({ event: 'ended', reason: 'rule_removed' });
    expect(bed.live?.score).toBeUndefined();
  });

  it('never counts an artefact, and loses a value after 12 h', () => {
    const bed = new Bed();
    bed.send(0, { ...UNWELL }, { validity: { respiratory_rate: 'invalid' } });
    expect(bed.scores.at(-1)).toMatchObject({ score: 3, partial: true });
    for (let minute = 1; minute <= 12 * 60 + 1; minute++) bed.send(minute * 60, { heartbeat: 95 });
    expect(bed.scores.at(-1)).toMatchObject({ score: 1, partial: true, factors: { heartbeat: 1 } });
    expect(Object.keys(bed.scores.at(-1)!.factors)).not.toContain('oxygen_saturation');
  });

  it('is missing oxygen that was charted too long ago, rather than assuming air', () => {
    const bed = new Bed();
    bed.send(0, WELL, { supplementalOxygen: true, consciousness: 'alert' });
    for (let minute = 1; minute <= 12 * 60 + 1; minute++) bed.send(minute * 60, WELL);
    expect(bed.scores.at(-1)).toMatchObject({ score: 0, partial: true, assumed: [] });
  });

  it('is written each quarter of an hour, whether it changed or not, and whether anybody is heard of or not', () => {
    const bed = new Bed();
    bed.send(60, WELL);
    for (let second = 61; second < 2000; second++) bed.tick(second);
    bed.send(2000, WELL);
    const minutes = bed.scores.map(({ atMs }) => (atMs - START_MS) / 60_000);
    expect(minutes).toEqual([1, 15, 30]);
  });

  describe('that changes around the end of a quarter', () => {
    const QUARTER_S = 900;
    /** Seconds after the quarter, and the score from then on. */
    type Step = readonly [second: number, score: 0 | 6];
    it.each<{ steps: readonly Step[]; rows: readonly Step[] }>([
      { steps: [[-1, 6]], rows: [[-1, 6], [0, 6]] }, // prettier-ignore
      { steps: [[0, 6]], rows: [[0, 6]] }, // prettier-ignore
      { steps: [[0.25, 6]], rows: [[0.25, 6], [0, 6]] }, // prettier-ignore
      { steps: [[0, 6], [3, 0]], rows: [[0, 6], [3, 0]] }, // prettier-ignore
      { steps: [[-1, 6], [0, 0], [9, 6]], rows: [[-1, 6], [0, 0], [9, 6]] }, // prettier-ignore
      { steps: [[0, 0]], rows: [[0, 0]] }, // prettier-ignore
    ])('has a row for each change, and one at the quarter: $steps', ({ steps, rows }) => {
      const bed = new Bed();
      bed.send(1, WELL);
      for (const [second, score] of steps) bed.send(QUARTER_S + second, score === 0 ? WELL : UNWELL);
      for (let second = 10; second < 20; second++) bed.tick(QUARTER_S + second);
      const written = bed.scores.map(({ atMs, score }) => [(atMs - START_MS) / 1000 - QUARTER_S, score]);
      expect(written).toEqual([[1 - QUARTER_S, 0], ...rows]);
    });

    it('counts in the hour’s statistics as its row says', () => {
      const bed = new Bed();
      bed.send(1, WELL);
      bed.send(3600, UNWELL);
      bed.send(3603, WELL);
      for (let second = 3604; second < 3620; second++) bed.tick(second);
      expect(bed.shares).toMatchObject([{ hourMs: START_MS, scoreSum: 6, medium: 1, low: 0 }]);
    });
  });

  it('of a test or demo patient stays out of the hour’s statistics', () => {
    const bed = new Bed();
    const device = (patientId: string, values: object, over: object = {}): void => {
      const reading = aReading(values, {
        patientId,
        deviceId: `D-${patientId}`,
        measuredAtMs: START_MS,
        ...over,
      });
      bed.driver.pipe(reading, START_MS);
    };
    device('P1', WELL);
    device('P2', UNWELL);
    device('P3', { ...UNWELL, heartbeat: 140 });
    device('P4', UNWELL, { mode: 'demo' });
    device('P5', { ...WELL, oxygen_saturation: 90 }, { region: 'West' });
    for (let second = 0; second < 3620; second += 5) bed.tick(second);
    expect(bed.shares).toEqual([
      { region: 'Northeast', hourMs: START_MS, scoreSum: 0 + 6 + 8, high: 1, medium: 1, low: 1 },
      { region: 'West', hourMs: START_MS, scoreSum: 3, high: 0, medium: 0, low: 1 },
    ]);
  });

  it('alarms by the priorities and delays of the settings, or not at all', () => {
    const settings = (to: string) =>
      parseAlarmSettings(alarmsYaml().replace(/early_warning_score: \{.*\}/, to));
    const eager = new Bed(
      settings(
        'early_warning_score: { single_three: medium, five: high, seven: critical, delay_s: 0, clear_after_s: 0 }',
      ),
    );
    eager.send(0, UNWELL);
    eager.send(1, WELL);
    expect(scoreStory(eager)).toEqual([
      '0 s early_warning_score began high',
      '1 s early_warning_score ended high',
    ]);
    const none = new Bed(settings(''));
    none.everySecond(0, 100, UNWELL);
    expect(scoreStory(none)).toEqual([]);
    expect(none.live?.score?.score).toBe(6);
  });
});
