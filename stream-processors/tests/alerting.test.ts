import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { describe, expect, it } from 'vitest';
import { alertingTopology, type AlertingState } from '../src/pipelines/alerting.ts';
import { decodeState } from '../src/runtime/checkpoint-codec.ts';
import { aPatient } from '../src/testing/bed.ts';
import { START_MS, alarmsYaml, defaultSettings } from '../src/testing/readings.ts';
import { Ward, away } from './ward.ts';

const STATE_VERSION = alertingTopology({
  settings: defaultSettings(),
  futureToleranceMs: 60_000,
  liveWithinMs: 300_000,
  rolling: true,
  allowedLatenessMs: 10_000,
}).stateVersion;

describe('alerting', () => {
  it('goes on while the live bus is away, and shows the newest when it is back', async () => {
    const ward = new Ward();
    let there = false;
    const bus = ward.stores.liveBus();
    const pipeline = await ward.alerting({
      ...bus,
      publishVitals: (updates) => (there ? bus.publishVitals(updates) : away()),
      publishPulse: away,
    });
    await ward.live(20, 85);
    expect(ward.conditions()).toBe(1);
    expect(ward.stores.live.size).toBe(0);
    there = true;
    await ward.clock.advance(2_000);
    expect(ward.stores.live.get('P1')?.measuredAtMs).toBe(START_MS + 19_000);
    expect((await ward.metrics.liveFailures.get()).values[0]?.value).toBeGreaterThan(20);
    await pipeline.stop();
  });

  it('is not held up by a live bus that never answers', async () => {
    const ward = new Ward();
    await ward.alerting({ ...ward.stores.liveBus(), publishVitals: () => new Promise(() => {}) });
    await ward.live(20, 85);
    expect(ward.conditions()).toBe(1);
  });

  it.each(['ticks', 'is stopped'])('shows what a backlog ended with when it %s', async (then) => {
    const ward = new Ward();
    // A batch and a half: what the first shows stands until then.
    for (let tenth = 0; tenth < 1_500; tenth++) {
      ward.log.add([ward.record(97)]);
      await ward.clock.advance(100);
    }
    await ward.clock.advance(5_000);
    const pipeline = await ward.alerting();
    await ward.clock.advance(100);
    const shown = (): number => (ward.stores.live.get('P1')?.measuredAtMs ?? NaN) - START_MS;
    expect(shown()).toBe(99_900);
    await (then === 'ticks' ? ward.clock.advance(1_000) : pipeline.stop());
    expect(shown()).toBe(149_900);
    await pipeline.stop();
  });

  it('knows its patients before the first reading, and learns of changes within a second', async () => {
    const ward = new Ward();
    ward.directory.put(aPatient({ limits: { oxygen_saturation: { low: 84 } } }));
    const pipeline = await ward.alerting();
    await ward.live(20, 85);
    expect(ward.conditions()).toBe(0);
    ward.directory.put(aPatient({ limits: { oxygen_saturation: { low: 86 } } }));
    await ward.live(17, 85);
    expect(ward.conditions()).toBe(1);
    await ward.directory.port().remove('P1');
    await ward.live(1, 97);
    expect(ward.conditions()).toBe(2);
    await pipeline.stop();
  });

  it('takes over settings that are replaced, and saves them before it judges by them', async () => {
    const ward = new Ward();
    const pipeline = await ward.alerting();
    await ward.live(3, 85);
    const saved = (): string => {
      const { state } = ward.stores.checkpoints.get('alerting')!;
      return decodeState<AlertingState, unknown>(state, STATE_VERSION)!.state.settings.version;
    };
    const replaced = parseAlarmSettings(
      alarmsYaml().replace('oxygen_saturation: 15', 'oxygen_saturation: 3'),
    );
    ward.settings.replace(replaced);
    expect(saved()).toBe(defaultSettings().version);
    await ward.live(1, 85);
    expect(saved()).toBe(replaced.version);
    await ward.live(4, 85);
    expect(ward.conditions()).toBe(1);
    await pipeline.stop();
  });

  it('that dies between their replacement and the taking over takes them over as it starts, with what was present', async () => {
    const ward = new Ward();
    const first = await ward.alerting();
    await ward.live(20, 85);
    expect(ward.conditions()).toBe(1);
    const saved = (): string => {
      const { state } = ward.stores.checkpoints.get('alerting')!;
      return decodeState<AlertingState, unknown>(state, STATE_VERSION)!.state.settings.version;
    };
    const lower = parseAlarmSettings(
      alarmsYaml().replace('low: { medium: 90, critical: 80 }', 'low: { medium: 80, critical: 70 }'),
    );
    ward.settings.replace(lower);
    await first.stop();
    expect(saved()).toBe(defaultSettings().version);
    const second = await ward.alerting();
    await ward.clock.advance(0);
    await ward.live(8, 85);
    expect(saved()).toBe(lower.version);
    const told = ward.log
      .records(TOPICS.conditions.name)
      .map(({ value }) => JSON.parse(Buffer.from(value!).toString()) as Record<string, unknown>);
    expect(told).toMatchObject([
      { event: 'began', type: 'low_oxygen_saturation', settings_version: defaultSettings().version },
      { event: 'ended', type: 'low_oxygen_saturation', settings_version: lower.version },
    ]);
    expect(told[1]?.['id']).toBe(told[0]?.['id']);
    await second.stop();
  });

  it('gives a pulse every second', async () => {
    const ward = new Ward();
    const pipeline = await ward.alerting();
    await ward.live(5, 97);
    expect(ward.stores.pulses).toHaveLength(5);
    expect(ward.stores.pulses.at(-1)).toEqual({ partition: 0, atMs: START_MS + 5_000, lagRecords: 0 });
    await pipeline.stop();
    await ward.clock.advance(5_000);
    expect(ward.stores.pulses).toHaveLength(5);
  });

  it('saves state and offset every 5 s and when it stops, and commits what it saved', async () => {
    const ward = new Ward();
    const pipeline = await ward.alerting();
    await ward.live(2, 97);
    expect(ward.stores.checkpoints.size).toBe(0);
    await ward.live(10, 97);
    const saved = ward.stores.checkpoints.get('alerting')!.nextOffset;
    expect(saved).toBeGreaterThanOrEqual(6);
    await pipeline.stop();
    expect(ward.stores.checkpoints.get('alerting')!.nextOffset).toBe(12);
    const committed = await ward.log.port(() => true).committed('vitalwire.alerting', TOPICS.readings.name);
    expect(committed.get(0)).toBe(12);
  });

  it('builds its state again from two hours of log when the checkpoint cannot be read', async () => {
    const ward = new Ward();
    ward.log.add([ward.record(97)]);
    await ward.clock.advance(3 * 3_600_000);
    const first = await ward.alerting();
    await ward.live(20, 85);
    await first.stop();
    const before = ward.conditions();
    ward.stores.checkpoints.set('alerting', { nextOffset: 21, state: Buffer.from('of another version') });
    const second = await ward.alerting();
    await ward.clock.advance(0);
    await ward.live(1, 85);
    await second.stop();
    // The same condition once more, under the same name.
    const records = ward.log
      .records(TOPICS.conditions.name)
      .map(({ value }) => Buffer.from(value!).toString());
    expect(records.length).toBeGreaterThan(before);
    expect(new Set(records.filter((record) => record.includes('low_oxygen_saturation'))).size).toBe(1);
    expect((await ward.metrics.rebuilds.get()).values).toMatchObject([{ value: 1 }]);
  });
});

describe('a partition that is another member’s', () => {
  it('leaves no gauge behind, which would look like one that nobody works on', async () => {
    const ward = new Ward();
    const gauges = async (): Promise<number> => {
      const { lag, watermarkLag, checkpointBytes } = ward.metrics;
      const found = await Promise.all([lag, watermarkLag, checkpointBytes].map((gauge) => gauge.get()));
      return found.flatMap(({ values }) => values).length;
    };
    const pipeline = await ward.alerting();
    await ward.live(20, 85);
    expect(await gauges()).toBeGreaterThanOrEqual(3);
    await pipeline.stop();
    expect(await gauges()).toBe(0);
  });
});

describe('a log that hangs', () => {
  const slowBounds = (ward: Ward, hangs: () => Promise<void>): EventLog => {
    const log = ward.log.port(() => true);
    return {
      ...log,
      async bounds(topic) {
        const bounds = await log.bounds(topic);
        await hangs();
        return bounds;
      },
    };
  };

  it('for 40 s, while readings come, is no silence of the patient', async () => {
    const ward = new Ward();
    let hangMs = 0;
    let holding = false;
    const held: (() => void)[] = [];
    const pipeline = await ward.alerting(
      ward.stores.liveBus(),
      slowBounds(ward, async () => {
        if (hangMs > 0) await ward.clock.sleep(hangMs);
      }),
      (records) => (holding && records.length > 0 ? new Promise((resolve) => held.push(resolve)) : undefined),
    );
    await ward.live(5, 97);
    hangMs = 40_000;
    // The bounds are asked for when all is read, and are told when they have long been others.
    await ward.live(1, 97);
    holding = true;
    await ward.live(40, 97);
    hangMs = 0;
    await ward.clock.advance(900);
    holding = false;
    for (const go of held.splice(0)) go();
    await ward.live(3, 97);
    expect(ward.conditions()).toBe(0);
    await ward.clock.advance(40_000);
    expect(ward.conditions()).toBe(1);
    await pipeline.stop();
  });

  it('at the start is asked again', async () => {
    const ward = new Ward();
    let times = 0;
    const starting = ward.alerting(
      ward.stores.liveBus(),
      slowBounds(ward, () => (++times < 4 ? away() : Promise.resolve())),
    );
    await ward.clock.advance(5_000);
    const pipeline = await starting;
    await ward.live(20, 85);
    expect(ward.conditions()).toBe(1);
    await pipeline.stop();
  });
});

describe('a restored state', () => {
  it('leaves alone the bytes that the store handed out', async () => {
    const ward = new Ward();
    const first = await ward.alerting();
    await ward.live(20, 90);
    await first.stop();
    const { state } = ward.stores.checkpoints.get('alerting')!;
    const before = Uint8Array.from(state);
    const second = await ward.alerting();
    await ward.live(4, 99);
    expect(Buffer.compare(state, before)).toBe(0);
    await second.stop();
  });
});
