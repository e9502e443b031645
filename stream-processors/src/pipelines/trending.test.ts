import { describe, expect, it } from 'vitest';
import { Bed } from '../testing/bed.ts';

const trends = (bed: Bed): string[] => bed.story.filter((line) => line.includes('falling'));

describe('a falling pressure', () => {
  it('is a condition once it is 30 down within 15 min, far inside its limits, and ends when it is the level', () => {
    const bed = new Bed();
    bed.everySecond(0, 299, { blood_pressure_systolic: 160 });
    // 6 mmHg a minute.
    for (let second = 300; second < 600; second++) {
      bed.send(second, { blood_pressure_systolic: Math.round(160 - (second - 300) / 10) });
    }
    expect(trends(bed)).toEqual([]);
    bed.everySecond(600, 1800, { blood_pressure_systolic: 129 });
    const [began, ended] = trends(bed);
    expect(began).toMatch(/^61\d s falling_blood_pressure_systolic began medium$/);
    expect(ended).toMatch(/^1[2-4]\d\d s falling_blood_pressure_systolic ended medium$/);
    expect(bed.events.find(({ type }) => type.startsWith('falling'))).toMatchObject({
      value: 129,
      threshold: 30,
    });
  });

  it('of a cuff is seen at the measurement itself', () => {
    const bed = new Bed();
    for (const [second, systolic] of [
      [0, 150],
      [300, 140],
      [600, 119],
      [900, 150],
    ] as const) {
      bed.send(second, { blood_pressure_systolic: systolic });
    }
    expect(trends(bed)).toEqual([
      '600 s falling_blood_pressure_systolic began medium',
      '900 s falling_blood_pressure_systolic ended medium',
    ]);
  });

  it('is none over half an hour, nor for one artefact', () => {
    const slow = new Bed();
    for (let second = 0; second < 1800; second++) {
      slow.send(second, { blood_pressure_systolic: 160 - second / 45 });
    }
    expect(trends(slow)).toEqual([]);
    const artefact = new Bed();
    artefact.everySecond(0, 120, { blood_pressure_systolic: 150 });
    artefact.send(121, { blood_pressure_systolic: 100 });
    artefact.everySecond(122, 200, { blood_pressure_systolic: 150 });
    expect(trends(artefact)).toEqual([]);
  });

  it('survives a restart', () => {
    const bed = new Bed();
    bed.send(0, { blood_pressure_systolic: 150 });
    bed.send(300, { blood_pressure_systolic: 115 });
    bed.driver.restart();
    bed.send(600, { blood_pressure_systolic: 150 });
    expect(trends(bed)).toHaveLength(2);
  });
});
