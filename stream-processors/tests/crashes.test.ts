import { decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { describe, expect, it } from 'vitest';
import type { RunningPipeline } from '../src/runtime/pipeline.ts';
import {
  STORAGE_DEFAULTS,
  alertingDefaults,
  startAlertingPipeline,
  startStoragePipeline,
} from '../src/start.ts';
import { Crash, Process, type Fate } from '../src/testing/faults.ts';
import { aPatient } from '../src/testing/bed.ts';
import { MemoryDirectory } from '../src/testing/memory-directory.ts';
import { MemoryLog } from '../src/testing/memory-log.ts';
import { MemoryStores } from '../src/testing/memory-stores.ts';
import { START_MS, aReading, defaultSettings } from '../src/testing/readings.ts';

/**
 * Three beds for 150 s: P1 desaturates, sends a reading twice, one late and one that is no reading; P2 falls silent for 50 s; P3 seems to,
 * but what it sent just in time was held up on its way into the log, so that only ticks saw it silent, and no replay will. The process
 * dies at a call of a port, before or after it took effect, and another takes over in the same second.
 */
const SECONDS = 150;
/** How long a checkpoint is on its way into its store: others' batches and ticks come meanwhile. */
const SAVE_MS = 1_500;
const logger = createLogger('test', 'silent');

type PipelineName = 'alerting' | 'storage';

class World {
  readonly clock = new ManualClock(START_MS + 10_000);
  readonly log = new MemoryLog();
  readonly stores = new MemoryStores();
  readonly #name: PipelineName;
  /** How long nobody takes over. */
  readonly #downMs: number;
  #downSinceMs: number | undefined;
  process: Process;
  pipeline: RunningPipeline | undefined;
  restarts = 0;

  readonly directory = new MemoryDirectory();
  /** What happens elsewhere before a second's readings come. */
  readonly #plot: (second: number, directory: MemoryDirectory) => void;

  constructor(
    name: PipelineName,
    fate: (call: number, name: string) => Fate,
    plot: (second: number, directory: MemoryDirectory) => void = () => {},
    downMs = 0,
  ) {
    this.#name = name;
    this.#plot = plot;
    this.#downMs = downMs;
    this.process = new Process(fate, unavailable);
  }

  async run(): Promise<void> {
    await this.#start();
    for (let second = 0; second < SECONDS; second += 3) {
      // Between two ticks, so that batches and ticks both come to save checkpoints.
      this.#plot(second, this.directory);
      await this.#advance(2_600);
      for (const ago of [2, 1, 0]) {
        this.log.add(recordsOf(second + 2 - ago, this.clock.now() - ago * 1_000));
      }
      await this.#advance(400);
    }
    // Windows close, and what is tried again succeeds.
    for (let second = 0; second < 400; second += 20) await this.#advance(20_000);
    await this.pipeline?.stop();
  }

  async #advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    if (!this.process.dead) return;
    this.#downSinceMs ??= this.clock.monotonic();
    if (this.clock.monotonic() - this.#downSinceMs < this.#downMs) return;
    this.#downSinceMs = undefined;
    this.process = new Process(() => 'pass', unavailable);
    this.restarts++;
    await this.#start();
  }

  async #start(): Promise<void> {
    const { process, stores, clock } = this;
    const deps = {
      log: process.wrap(
        this.log.port(() => !process.dead),
        ['bounds'],
      ),
      checkpoints: process.wrap(this.#slowCheckpoints()),
      clock,
      logger,
      random: () => 0.5,
      registry: createRegistry('test'),
    };
    const started =
      this.#name === 'alerting'
        ? startAlertingPipeline(
            { ...alertingDefaults(defaultSettings(), ['Northeast']), maxBatchRecords: 7 },
            {
              ...deps,
              directory: this.directory.port(),
              live: process.wrap(stores.liveBus(), ['publishVitals', 'publishPulse']),
            },
          )
        : startStoragePipeline(
            { ...STORAGE_DEFAULTS, maxBatchRecords: 7 },
            {
              ...deps,
              timeSeries: process.wrap(stores.timeSeries()),
              analytics: process.wrap(stores.analytics()),
            },
          );
    this.pipeline = await started.catch(() => undefined);
    if (process.dead) await this.#advance(0);
  }

  #slowCheckpoints(): CheckpointStore {
    const { process, clock } = this;
    const store = this.stores.checkpointStore();
    return {
      ...store,
      async save(...args) {
        await clock.sleep(SAVE_MS);
        if (process.dead) throw new Crash();
        return store.save(...args);
      },
    };
  }

  /** Every condition event by its id and revision; the same twice must be the same. */
  conditions(): Record<string, ConditionEvent> {
    const events: Record<string, ConditionEvent> = {};
    for (const { value } of this.log.records(TOPICS.conditions.name)) {
      const event = decodeCondition(value!);
      const key = `${event.patientId} ${event.type} ${event.onsetMs} ${event.revision}`;
      if (events[key]) expect(event).toEqual(events[key]);
      events[key] = event;
    }
    return events;
  }

  deadLetters(): string[] {
    const letters = this.log
      .records(TOPICS.deadLetters.name)
      .map(({ headers }) => `${headers['offset']} ${headers['reason']}`);
    return [...new Set(letters)];
  }
}

const unavailable = (): Error => new VitalwireError('unavailable', 'engine away', { retriable: true });

function recordsOf(second: number, nowMs: number): NewRecord[] {
  const record = (patientId: string, value: Uint8Array): NewRecord => ({
    topic: TOPICS.readings.name,
    key: patientId,
    value,
    headers: {},
    timestampMs: nowMs,
  });
  const reading = (patientId: string, atS: number, sequence: number, saturation: number): NewRecord => {
    const over = {
      patientId,
      deviceId: `D-${patientId}`,
      sequence,
      measuredAtMs: START_MS + 10_000 + atS * 1000,
    };
    return record(
      patientId,
      encodeReading(aReading({ heartbeat: 70 + (sequence % 9), oxygen_saturation: saturation }, over)),
    );
  };
  const saturation = second >= 20 && second < 60 ? 85 : 97;
  const records = second === 30 ? [] : [reading('P1', second, second + 1, saturation)];
  if (second === 45) records.push(reading('P1', 30, 31, saturation), reading('P1', 44, 45, saturation));
  if (second === 50) records.push(record('P1', Buffer.from('no reading')));
  if (second < 60 || second >= 110) records.push(reading('P2', second, second + 1, 96));
  if (second <= 20 || second > 52) records.push(reading('P3', second, second + 1, 96));
  if (second === 52) records.push({ ...reading('P3', 49, 50, 96), timestampMs: nowMs - 2_500 });
  return records;
}

async function uninterrupted(name: PipelineName): Promise<World> {
  const world = new World(name, () => 'pass');
  await world.run();
  return world;
}

describe('alerting, killed at every call of a port', () => {
  it('puts out the same conditions, each as it was', async () => {
    const expected = await uninterrupted('alerting');
    expect(Object.keys(expected.conditions())).toEqual([
      expect.stringMatching(/^P1 low_oxygen_saturation \d+ 1$/),
      expect.stringMatching(/^P3 signal_lost \d+ 1$/),
      expect.stringMatching(/^P3 signal_lost \d+ 2$/),
      expect.stringMatching(/^P1 low_oxygen_saturation \d+ 2$/),
      expect.stringMatching(/^P2 signal_lost \d+ 1$/),
      expect.stringMatching(/^P2 signal_lost \d+ 2$/),
      // All fall silent when the test does.
      expect.stringMatching(/^P1 signal_lost \d+ 1$/),
      expect.stringMatching(/^P2 signal_lost \d+ 1$/),
      expect.stringMatching(/^P3 signal_lost \d+ 1$/),
    ]);
    expect(expected.deadLetters()).toHaveLength(1);
    for (let call = 1; call <= expected.process.calls; call++) {
      for (const fate of ['crash_before', 'crash_after'] as const) {
        const world = new World('alerting', (number) => (number === call ? fate : 'pass'));
        await world.run();
        expect(world.restarts, `${fate} at call ${call}`).toBe(1);
        expect(world.conditions(), `${fate} at call ${call}`).toEqual(expected.conditions());
        expect(world.deadLetters()).toEqual(expected.deadLetters());
        expect([...world.stores.live.keys()]).toEqual([...expected.stores.live.keys()]);
      }
    }
  });

  it('judges by the patients’ records, and says of each change once what followed from it', async () => {
    const plot = (second: number, directory: MemoryDirectory): void => {
      if (second === 12) directory.put(aPatient({ id: 'P1', limits: { oxygen_saturation: { low: 88 } } }));
      if (second === 45) directory.put(aPatient({ id: 'P1', state: 'discharged' }));
    };
    const story = (world: World): string[] =>
      Object.values(world.conditions())
        .filter(({ patientId }) => patientId === 'P1')
        .map(({ type, event, revision, threshold, reason }) =>
          [type, event, revision, threshold, reason].join(' ').trimEnd(),
        );
    const expected = new World('alerting', () => 'pass', plot);
    await expected.run();
    expect(story(expected)).toEqual([
      'low_oxygen_saturation began 1 88',
      'low_oxygen_saturation ended 2 88 discharged',
    ]);
    // Every step is killed above; here it is those around the changes that matter, wherever they fall.
    for (let call = 1; call <= expected.process.calls; call += 3) {
      for (const fate of ['crash_before', 'crash_after'] as const) {
        const world = new World('alerting', (number) => (number === call ? fate : 'pass'), plot);
        await world.run();
        expect(story(world), `${fate} at call ${call}`).toEqual(story(expected));
      }
    }
  });

  it('does not forget what a tick decided, though what would tell a replay otherwise came before it', async () => {
    const expected = await uninterrupted('alerting');
    for (let call = 1; call <= expected.process.calls; call++) {
      const world = new World(
        'alerting',
        (number) => (number === call ? 'crash_after' : 'pass'),
        undefined,
        3_000,
      );
      await world.run();
      const lost = Object.keys(world.conditions()).filter((key) => key.startsWith('P3 signal_lost'));
      // The last one is of the end of the test, when all fall silent.
      const firsts = lost.filter((key) => key.endsWith(' 1')).slice(0, -1);
      for (const first of firsts)
        expect(lost, `crash_after at call ${call}`).toContain(first.replace(/1$/, '2'));
    }
  });

  it('gets over an engine that is away now and then', async () => {
    const expected = await uninterrupted('alerting');
    const world = new World('alerting', (call) => (call % 3 === 0 ? 'unavailable' : 'pass'));
    await world.run();
    expect(world.restarts).toBe(0);
    expect(world.conditions()).toEqual(expected.conditions());
  });
});

describe('storage, killed at every call of a port', () => {
  it('leaves the same points, windows and trends', async () => {
    const expected = await uninterrupted('storage');
    expect(expected.stores.raw.size).toBe(SECONDS + 100 + 119);
    expect(expected.stores.windows.size).toBe(6);
    for (let call = 1; call <= expected.process.calls; call++) {
      for (const fate of ['crash_before', 'crash_after'] as const) {
        const world = new World('storage', (number) => (number === call ? fate : 'pass'));
        await world.run();
        expect(world.restarts, `${fate} at call ${call}`).toBe(1);
        expect(world.stores.raw, `${fate} at call ${call}`).toEqual(expected.stores.raw);
        expect(world.stores.windows, `${fate} at call ${call}`).toEqual(expected.stores.windows);
        expect(world.stores.trends, `${fate} at call ${call}`).toEqual(expected.stores.trends);
      }
    }
  });
});
