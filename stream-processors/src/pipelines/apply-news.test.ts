import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { unpackLatest } from '@vitalwire/core/testing/unpack-latest.ts';
import { describe, expect, it } from 'vitest';
import { Bed } from '../testing/bed.ts';
import { START_MS, aReading, alarmsYaml, defaultSettings } from '../testing/readings.ts';

const limits = (bed: Bed): string[] => bed.story.filter((line) => !line.includes('early_warning'));

describe('a patient whom the directory knows', () => {
  it('is judged by her profile', () => {
    const [unknown, child] = [new Bed(), new Bed()];
    child.learn(0, { patient: { age: 4 } });
    for (const bed of [unknown, child]) bed.everySecond(0, 30, { heartbeat: 140, respiratory_rate: 32 });
    expect(limits(unknown)).toEqual([
      '10 s high_heartrate began high',
      '10 s high_respiratory_rate began medium',
    ]);
    expect(limits(child)).toEqual([]);
    child.everySecond(31, 50, { heartbeat: 84 });
    expect(limits(child)).toEqual(['41 s low_heartrate began medium']);
  });

  it('is critical far below her own low limit, a neonate sooner', () => {
    const neonate = new Bed();
    neonate.learn(0, { patient: { profile: 'neonate' } });
    neonate.everySecond(0, 20, { oxygen_saturation: 81 });
    neonate.everySecond(21, 30, { oxygen_saturation: 79 });
    expect(limits(neonate)).toEqual([
      '15 s low_oxygen_saturation began medium',
      '26 s low_oxygen_saturation changed critical',
    ]);
    expect(neonate.events.at(-1)).toMatchObject({ threshold: 80 });
  });

  it('is judged by her own limits, and the condition says which', () => {
    const bed = new Bed();
    bed.learn(0, { patient: { limits: { oxygen_saturation: { low: 86 } }, limitsRevision: 4 } });
    bed.everySecond(0, 30, { oxygen_saturation: 87 });
    bed.everySecond(31, 50, { oxygen_saturation: 85 });
    expect(limits(bed)).toEqual(['46 s low_oxygen_saturation began medium']);
    expect(bed.events[0]).toMatchObject({
      threshold: 86,
      limitsRevision: 4,
      settingsVersion: defaultSettings().version,
    });
  });

  it('whose limits change starts over what is being timed, and keeps what is present', () => {
    const bed = new Bed();
    bed.everySecond(0, 10, { oxygen_saturation: 85, heartbeat: 125 });
    bed.learn(11, { patient: { limits: { oxygen_saturation: { low: 88 } }, limitsRevision: 1 } });
    bed.everySecond(12, 26, { oxygen_saturation: 85, heartbeat: 125 });
    expect(limits(bed)).toEqual(['10 s high_heartrate began medium']);
    bed.everySecond(27, 27, { oxygen_saturation: 85, heartbeat: 125 });
    expect(limits(bed).at(-1)).toBe('27 s low_oxygen_saturation began medium');
    bed.learn(28, { patient: { limits: { heartbeat: { high: 140 } }, limitsRevision: 2 } });
    bed.everySecond(29, 34, { heartbeat: 125 });
    expect(limits(bed).at(-1)).toBe('34 s high_heartrate ended medium');
  });

  it('changes nothing by being told again', () => {
    const bed = new Bed();
    bed.learn(0, { patient: { age: 61 } });
    bed.everySecond(0, 14, { oxygen_saturation: 85 });
    bed.learn(14.5, { patient: { age: 61, name: 'Another name', bed: '9' } });
    bed.send(15, { oxygen_saturation: 85 });
    expect(limits(bed)).toEqual(['15 s low_oxygen_saturation began medium']);
  });
});

describe('a patient who leaves', () => {
  it('has everything end for that reason, and is not judged while the device runs on', () => {
    const bed = new Bed();
    bed.learn(0, { patient: {} });
    bed.everySecond(0, 70, { oxygen_saturation: 79, heartbeat: 125 }, { batteryPercent: 10 });
    const present = bed.events.filter(({ event }) => event === 'began').map(({ type }) => type);
    expect(present.toSorted()).toEqual([
      'battery_low',
      'early_warning_score',
      'high_heartrate',
      'low_oxygen_saturation',
    ]);
    bed.learn(71, { patient: { state: 'discharged' } });
    const ends = bed.events.filter(({ event }) => event === 'ended');
    expect(ends.map(({ type }) => type).toSorted()).toEqual(present.toSorted());
    for (const end of ends) expect(end).toMatchObject({ reason: 'discharged', atMs: START_MS + 71_000 });
    const told = bed.events.length;
    bed.everySecond(72, 200, { oxygen_saturation: 70 });
    bed.tick(400);
    expect(bed.events).toHaveLength(told);
    bed.learn(401, { patient: { state: 'admitted' } });
    bed.everySecond(402, 420, { oxygen_saturation: 85 });
    expect(limits(bed).at(-1)).toBe('417 s low_oxygen_saturation began medium');
  });

  it('by being removed ends too, and is unknown from then on', () => {
    const bed = new Bed();
    bed.learn(0, { patient: { age: 4 } });
    bed.everySecond(0, 12, { heartbeat: 155 });
    bed.remove(13);
    expect(bed.events.at(-1)).toMatchObject({ event: 'ended', reason: 'removed' });
    bed.everySecond(14, 30, { heartbeat: 125 });
    expect(limits(bed).at(-1)).toBe('24 s high_heartrate began medium');
  });

  it('hands the device to another without a trace', () => {
    const bed = new Bed();
    bed.everySecond(0, 20, { oxygen_saturation: 85, blood_pressure_systolic: 195 }, { batteryPercent: 50 });
    bed.learn(21, { patient: { state: 'discharged' } });
    const other = (second: number) =>
      bed.driver.pipe(
        aReading(
          { heartbeat: 80 },
          { patientId: 'P2', sequence: 100 + second, measuredAtMs: START_MS + second * 1000 },
        ),
        START_MS + second * 1000,
      );
    const first = other(22);
    expect(first.live).toMatchObject([{ patientId: 'P2', deviceId: 'D1', pending: [] }]);
    expect(Object.keys(unpackLatest(first.live[0]!.vitals))).toEqual(['heartbeat']);
    expect(first.scores).toMatchObject([{ patientId: 'P2', score: 0, factors: { heartbeat: 0 } }]);
    for (let second = 23; second < 60; second++) expect(other(second).conditions).toEqual([]);
  });
});

describe('settings that are replaced', () => {
  const changed = (from: string | RegExp, to: string) => parseAlarmSettings(alarmsYaml().replace(from, to));

  it('judge from then on, and each condition says by which it was judged', () => {
    const bed = new Bed();
    bed.everySecond(0, 15, { oxygen_saturation: 85 });
    const stricter = changed('desaturation: { drop: 10', 'desaturation: { drop: 4');
    bed.learn(16, { settings: stricter });
    bed.everySecond(17, 30, { oxygen_saturation: 85 });
    expect(limits(bed)).toEqual([
      '15 s low_oxygen_saturation began medium',
      '22 s low_oxygen_saturation changed critical',
    ]);
    expect(bed.events.map(({ settingsVersion }) => settingsVersion)).toEqual([
      defaultSettings().version,
      stricter.version,
    ]);
  });

  it('end what they no longer know', () => {
    const bed = new Bed();
    bed.everySecond(0, 60, { heartbeat: 125 });
    bed.learn(61, { settings: changed('high: { medium: 120, high: 130, critical: 150 }', '') });
    expect(bed.events.at(-1)).toMatchObject({
      type: 'high_heartrate',
      event: 'ended',
      reason: 'rule_removed',
    });
  });

  it('are part of the state: a restart goes on by them', () => {
    const bed = new Bed();
    bed.learn(0, {
      settings: changed('low: { medium: 90, critical: 80 }', 'low: { medium: 80, critical: 70 }'),
    });
    bed.learn(0, { patient: { limits: { heartbeat: { high: 110 } } } });
    bed.driver.restart();
    bed.everySecond(0, 30, { oxygen_saturation: 85, heartbeat: 112 });
    expect(limits(bed)).toEqual(['10 s high_heartrate began medium']);
  });
});
