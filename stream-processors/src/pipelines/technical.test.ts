import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { describe, expect, it } from 'vitest';
import { Bed } from '../testing/bed.ts';
import { START_MS, alarmsYaml } from '../testing/readings.ts';

const story = (bed: Bed): string[] => bed.story.filter((line) => !line.includes('early_warning'));

describe('a low battery', () => {
  it('begins below 20 % and ends at 25 %, as a low technical condition with the mode of its readings', () => {
    const bed = new Bed();
    for (const [second, batteryPercent] of [20, 19, 22, undefined, 24, 25, 21].entries()) {
      bed.send(second, { heartbeat: 80 }, { batteryPercent, mode: 'demo' });
    }
    expect(story(bed)).toEqual(['1 s battery_low began low', '5 s battery_low ended low']);
    expect(bed.events[0]).toMatchObject({ value: 19, threshold: 20, mode: 'demo', deviceId: 'D1' });
  });

  it('is the device’s: another one says nothing of it until the patient has changed devices', () => {
    const bed = new Bed();
    bed.send(0, { heartbeat: 80 }, { batteryPercent: 10 });
    const pump = { deviceId: 'D2', batteryPercent: 90 };
    for (let second = 1; second < 60; second++) bed.send(second, { temperature: 98.6 }, pump);
    expect(story(bed)).toEqual(['0 s battery_low began low']);
    bed.send(60, { temperature: 98.6 }, pump);
    expect(bed.events.at(-1)).toMatchObject({ event: 'ended', deviceId: 'D1', reason: 'device_changed' });
  });

  it('ends with the first reading of the device that is assigned instead', () => {
    const bed = new Bed();
    bed.send(0, { heartbeat: 80 }, { batteryPercent: 10 });
    bed.learn(1, { patient: { deviceId: 'D2' } });
    bed.send(2, { heartbeat: 80 }, { deviceId: 'D2', batteryPercent: 15 });
    bed.send(3, { heartbeat: 80 }, { deviceId: 'D2', batteryPercent: 15 });
    expect(bed.events.map(({ event, deviceId }) => `${event} ${deviceId}`)).toEqual([
      'began D1',
      'ended D1',
      'began D2',
    ]);
  });
});

describe('a wrong clock', () => {
  it('is there while the gateway corrects it by more than a minute', () => {
    const bed = new Bed();
    const correct = (second: number, byS: number): unknown =>
      bed.send(second, { heartbeat: 80 }, { measuredAtMs: START_MS + (second - byS) * 1000 }, second, {
        clock_correction_ms: String(byS * 1000),
      });
    correct(0, 60);
    correct(1, 61);
    correct(2, -1440);
    bed.send(3, { heartbeat: 80 });
    expect(story(bed)).toEqual(['1 s clock_wrong began low', '3 s clock_wrong ended low']);
  });
});

describe('a late feed', () => {
  it('is there once the newest reading has been late for a minute', () => {
    const bed = new Bed();
    for (let second = 0; second <= 100; second++) bed.send(second, { heartbeat: 80 }, {}, second + 31);
    expect(story(bed)).toEqual(['60 s feed_late began low']);
    bed.send(120, { heartbeat: 80 }, {}, 140);
    expect(story(bed).at(-1)).toBe('120 s feed_late ended low');
  });

  it('is none while a backlog is delivered', () => {
    const bed = new Bed();
    for (let second = 0; second <= 240; second++) bed.send(second, { heartbeat: 80 }, {}, 240 + second / 10);
    expect(story(bed)).toEqual([]);
  });
});

describe('a value that hangs', () => {
  const settings = parseAlarmSettings(
    alarmsYaml().replace('value_stuck: { heartbeat_s: 1800 }', 'value_stuck: { heartbeat_s: 300 }'),
  );

  it('is technical, and neither judged nor scored until it moves', () => {
    const bed = new Bed(settings);
    bed.everySecond(0, 320, { heartbeat: 80, respiratory_rate: 16 });
    expect(bed.story).toEqual(['300 s value_stuck began low']);
    expect(bed.events[0]).toMatchObject({ value: 80, onsetMs: START_MS });
    expect(bed.live?.score).toMatchObject({ partial: true });
    expect(Object.keys(bed.scores.at(-1)!.factors)).not.toContain('heartbeat');
    bed.send(321, { heartbeat: 81, respiratory_rate: 16 });
    expect(bed.story.at(-1)).toBe('321 s value_stuck ended low');
    expect(bed.scores.at(-1)!.factors).toHaveProperty('heartbeat', 0);
  });

  it('keeps what was present, and judges nothing anew', () => {
    const bed = new Bed(settings);
    bed.everySecond(0, 310, { heartbeat: 125 });
    bed.learn(311, { patient: { limits: { heartbeat: { low: 60, high: 150 } } } });
    bed.everySecond(312, 330, { heartbeat: 125 });
    expect(story(bed)).toEqual(['10 s high_heartrate began medium', '300 s value_stuck began low']);
    bed.everySecond(331, 340, { heartbeat: 124 });
    expect(story(bed).slice(2)).toEqual(['331 s value_stuck ended low', '336 s high_heartrate ended medium']);
  });

  it('is none where the value is charted now and then, or the stream broke', () => {
    const bed = new Bed(settings);
    for (let minute = 0; minute < 30; minute++) bed.send(minute * 60, { heartbeat: 80 });
    for (let second = 2000; second < 2600; second++) {
      if (second < 2290 || second > 2310) bed.send(second, { heartbeat: 80 });
    }
    expect(story(bed).filter((line) => line.includes('stuck'))).toEqual([]);
  });
});
