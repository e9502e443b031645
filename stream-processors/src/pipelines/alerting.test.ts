import type { LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { unpackLatest } from '@vitalwire/core/testing/unpack-latest.ts';
import { packLatest } from '@vitalwire/core/vitals/latest.ts';
import { describe, expect, it } from 'vitest';
import { Bed } from '../testing/bed.ts';
import { START_MS, aReading, defaultSettings } from '../testing/readings.ts';

describe('the alerting pipeline', () => {
  it('raises and ends a sustained desaturation', () => {
    const bed = new Bed();
    bed.everySecond(0, 20, { oxygen_saturation: 85 });
    bed.everySecond(21, 30, { oxygen_saturation: 96 });
    expect(bed.story).toEqual([
      '15 s low_oxygen_saturation began medium',
      '26 s low_oxygen_saturation ended medium',
    ]);
    expect(bed.events[0]).toMatchObject({ value: 85, threshold: 90, onsetMs: START_MS, revision: 1 });
    expect(bed.events[1]).toMatchObject({ id: bed.events[0]!.id, value: 96, revision: 2 });
  });

  it.each(['invalid', 'not_available'] as const)('never alarms on a value marked %s', (mark) => {
    const bed = new Bed();
    bed.everySecond(0, 60, { oxygen_saturation: 40 }, { validity: { oxygen_saturation: mark } });
    expect(bed.story.filter((line) => line.includes('oxygen'))).toEqual([]);
  });

  it('alarms on a questionable value as usual, and carries the mode of a test', () => {
    const bed = new Bed();
    const over = { validity: { oxygen_saturation: 'questionable' }, mode: 'test' } as const;
    bed.everySecond(0, 15, { oxygen_saturation: 85 }, over);
    expect(bed.events).toMatchObject([{ type: 'low_oxygen_saturation', mode: 'test' }]);
    expect(bed.live).toMatchObject({ mode: 'test' });
    expect(unpackLatest(bed.live!.vitals)).toMatchObject({ oxygen_saturation: { validity: 'questionable' } });
  });

  it('judges what is measured now and then at its own pace', () => {
    const bed = new Bed();
    for (const [minute, celsius] of [98.6, 103, 103, 103, 99, 99, 99].entries()) {
      // The monitor itself is heard of every ten seconds.
      for (let second = 0; second < 60; second += 10) {
        bed.send(
          minute * 60 + second,
          second === 0 ? { heartbeat: 80, temperature: celsius } : { heartbeat: 80 },
        );
      }
    }
    expect(bed.story).toEqual(['120 s high_temperature began medium', '300 s high_temperature ended medium']);
  });

  it('does not count a gap as a crossing', () => {
    const bed = new Bed();
    bed.everySecond(0, 5, { heartbeat: 80, oxygen_saturation: 85 });
    bed.everySecond(6, 25, { heartbeat: 80 });
    bed.everySecond(26, 34, { heartbeat: 80, oxygen_saturation: 85 });
    expect(bed.story).toEqual([]);
    expect(bed.live?.pending).toEqual([
      {
        type: 'low_oxygen_saturation',
        priority: 'medium',
        sinceMs: START_MS + 21_000,
        dueMs: START_MS + 36_000,
      },
    ]);
  });

  it('ignores duplicates, and what is older than what was judged', () => {
    const bed = new Bed();
    bed.everySecond(0, 14, { oxygen_saturation: 85 });
    const late = bed.send(3, { oxygen_saturation: 99 }, {}, 14);
    expect(late.live).toEqual([]);
    const again = bed.send(13, { oxygen_saturation: 99 }, { sequence: 14 }, 14);
    expect(again.tally).toMatchObject({ readings: 1, duplicates: 1 });
    bed.send(15, { oxygen_saturation: 85 });
    expect(bed.story).toEqual(['15 s low_oxygen_saturation began medium']);
  });

  it('never raises history as if it were now', () => {
    const bed = new Bed();
    for (let second = 0; second < 60; second++)
      bed.send(second, { oxygen_saturation: 70 }, {}, 3600 + second / 10);
    expect(bed.story).toEqual([]);
    expect(unpackLatest(bed.live?.vitals ?? packLatest({}))).toEqual({});
  });

  it('sets aside a reading from the future', () => {
    const bed = new Bed();
    const outputs = bed.send(3600, { oxygen_saturation: 70 }, {}, 0);
    expect(outputs.tally.future).toBe(1);
    expect(outputs.live).toEqual([]);
  });

  it('times a corrected clock by its correction', () => {
    const { driver } = new Bed();
    const reading = aReading({ heartbeat: 80 }, { measuredAtMs: START_MS - 1_440_000 });
    const outputs = driver.pipe(reading, START_MS, { clock_correction_ms: '1440000' });
    expect(outputs.live).toMatchObject([{ measuredAtMs: START_MS }]);
    expect(() => driver.pipe(reading, START_MS, { clock_correction_ms: 'soon' })).toThrow(
      /clock_correction_ms/,
    );
  });
});

describe('silence', () => {
  it('is a lost signal after 30 s, noticed by a tick', () => {
    const bed = new Bed();
    bed.send(0, { heartbeat: 80 });
    bed.tick(29.9);
    expect(bed.story).toEqual([]);
    bed.tick(31);
    bed.tick(32);
    bed.send(50, { heartbeat: 80 });
    expect(bed.story).toEqual(['30 s signal_lost began low', '50 s signal_lost ended low']);
    expect(bed.events.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(new Set(bed.events.map(({ id }) => id)).size).toBe(1);
  });

  it('is the same when only the next reading shows it', () => {
    const [ticked, replayed] = [new Bed(), new Bed()];
    ticked.send(0, { heartbeat: 80 });
    ticked.tick(35);
    ticked.send(50, { heartbeat: 80 });
    replayed.send(0, { heartbeat: 80 });
    replayed.send(50, { heartbeat: 80 });
    expect(replayed.events).toEqual(ticked.events);
  });

  it('inhibits what needs looking: a crossing starts over, a present condition neither ends nor begins', () => {
    const bed = new Bed();
    bed.everySecond(0, 16, { oxygen_saturation: 85, heartbeat: 130 });
    bed.everySecond(17, 20, { oxygen_saturation: 95, respiratory_rate: 35 });
    bed.tick(60);
    bed.send(100, { oxygen_saturation: 95, respiratory_rate: 35 });
    bed.everySecond(101, 105, { oxygen_saturation: 95, respiratory_rate: 35 });
    expect(bed.story).toEqual([
      '10 s high_heartrate began medium',
      '15 s low_oxygen_saturation began medium',
      '50 s signal_lost began low',
      // A score stands although nobody is heard of.
      '60 s early_warning_score began medium',
      '100 s signal_lost ended low',
      '105 s low_oxygen_saturation ended medium',
    ]);
    bed.everySecond(106, 110, { respiratory_rate: 35 });
    expect(bed.story.at(-1)).toBe('110 s high_respiratory_rate began medium');
  });

  it('is not broken by a reading from before it', () => {
    const bed = new Bed();
    bed.send(10, { heartbeat: 80 });
    bed.tick(41);
    bed.send(5, { heartbeat: 80 }, {}, 45);
    bed.tick(60);
    expect(bed.story).toEqual(['40 s signal_lost began low']);
  });

  it('is noticed when nothing but history arrives: a patient whose clock is not believed is not silently unwatched', () => {
    const bed = new Bed();
    for (let second = 0; second <= 40; second++) bed.send(second - 7200, { heartbeat: 80 }, {}, second);
    expect(bed.story).toHaveLength(1);
    expect(bed.events[0]).toMatchObject({ type: 'signal_lost', event: 'began' });
  });

  it('for a day takes the patient out of the state, and ends what was present', () => {
    const bed = new Bed();
    bed.everySecond(0, 15, { oxygen_saturation: 85 });
    bed.tick(60);
    bed.tick(86_400 + 15);
    bed.tick(86_400 + 16);
    expect(bed.story).toEqual([
      '15 s low_oxygen_saturation began medium',
      '45 s signal_lost began low',
      '60 s early_warning_score began low',
      '86400 s early_warning_score ended low',
      '86415 s low_oxygen_saturation ended medium',
      '86415 s signal_lost ended low',
    ]);
    bed.send(90_000, { heartbeat: 80 });
    expect(bed.story).toHaveLength(6);
  });
});

describe('a vital', () => {
  it('whose lead is off for 10 s is a technical condition of its own', () => {
    const bed = new Bed();
    bed.everySecond(0, 12, { heartbeat: 80 }, { validity: { oxygen_saturation: 'not_available' } });
    bed.send(13, { heartbeat: 80 });
    bed.send(14, { heartbeat: 80, oxygen_saturation: 97 });
    expect(bed.story).toEqual(['10 s lead_off began low', '14 s lead_off ended low']);
  });

  it('that is no longer measured ends its condition with its lifetime', () => {
    const bed = new Bed();
    bed.send(0, { heartbeat: 80, blood_pressure_systolic: 190 });
    for (let second = 20; second <= 14_420; second += 20) bed.send(second, { heartbeat: 80 });
    bed.tick(14_421);
    expect(bed.story).toEqual([
      '0 s high_blood_pressure_systolic began medium',
      '14400 s high_blood_pressure_systolic ended medium',
    ]);
  });
});

describe('live vitals', () => {
  it('hold the newest of each vital, with what is pending', () => {
    const bed = new Bed();
    bed.send(0, { heartbeat: 80, temperature: 98.6 });
    bed.send(1, { heartbeat: 130 });
    expect(bed.live).toMatchObject({
      patientId: 'P1',
      region: 'Northeast',
      deviceId: 'D1',
      measuredAtMs: START_MS + 1000,
      pending: [{ type: 'high_heartrate', priority: 'medium', dueMs: START_MS + 11_000 }],
    });
    expect(unpackLatest(bed.live!.vitals)).toEqual({
      heartbeat: { value: 130, measuredAtMs: START_MS + 1000, validity: 'valid' },
      temperature: { value: 98.6, measuredAtMs: START_MS, validity: 'valid' },
    });
  });

  it('carry rolling aggregates when a pane ended', () => {
    const bed = new Bed();
    bed.everySecond(0, 60, { heartbeat: 80 });
    expect(bed.live?.rolling?.heartbeat?.['1m']).toMatchObject({ count: 60, mean: 80, slopePerMinute: 0 });
    bed.send(61, { heartbeat: 80 });
    expect(bed.live?.rolling).toBeUndefined();
  });

  it('carry none where nobody could read them', () => {
    const bed = new Bed(defaultSettings(), false);
    bed.everySecond(0, 60, { heartbeat: 80 });
    expect(bed.live?.measuredAtMs).toBe(START_MS + 60_000);
    expect(bed.live?.rolling).toBeUndefined();
  });
});

describe('a backlog of an hour', () => {
  it('says what began and ended in it in one batch, by event time, as it would have been said then', () => {
    const values = (second: number): Partial<VitalValues> => ({
      oxygen_saturation: second >= 600 && second < 1_200 ? 70 : 97,
    });
    const live = new Bed();
    const records: LogRecord[] = [];
    for (let second = 0; second < 3_600; second++) {
      live.send(second, values(second));
      const timestampMs = START_MS + second * 1000;
      const reading = aReading(values(second), { sequence: second + 1, measuredAtMs: timestampMs });
      const at = { topic: TOPICS.readings.name, partition: 0, offset: second, timestampMs, headers: {} };
      records.push({ ...at, key: reading.patientId, value: encodeReading(reading) });
    }
    const { conditions } = new Bed().driver.pipeBatch(records);
    expect(conditions).toEqual(live.events);
    expect(live.story).toContain('605 s low_oxygen_saturation began critical');
    expect(live.story).toContain('1205 s low_oxygen_saturation ended critical');
  });
});

describe('a restart', () => {
  it('at any moment changes nothing', () => {
    const scenario = (restartAtS: number): string[] => {
      const bed = new Bed();
      const values = (second: number): Partial<VitalValues> =>
        second < 40 ? { oxygen_saturation: 85, heartbeat: 80 + (second % 60) } : { oxygen_saturation: 97 };
      for (let second = 0; second < 60; second++) {
        if (second === restartAtS) bed.driver.restart();
        if (second < 20 || second > 24) bed.send(second, values(second));
      }
      return [...bed.story, JSON.stringify(bed.live)];
    };
    const uninterrupted = scenario(-1);
    for (let second = 0; second < 60; second++) expect(scenario(second)).toEqual(uninterrupted);
  });
});
