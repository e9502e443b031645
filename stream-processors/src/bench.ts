/**
 * What the pipelines' operators cost, apart from log and stores: `node stream-processors/src/bench.ts [--patients 10000]` prints it, and
 * bench/ imports `benchPipelines`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { seededRandom } from '@vitalwire/core/testing/random.ts';
import { decodeReading, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { toStreamReading } from './operators/stream-reading.ts';
import { alertingTopology } from './pipelines/alerting.ts';
import { storageTopology } from './pipelines/storage.ts';
import { decodeState, encodeStateAtOnce } from './runtime/checkpoint-codec.ts';
import { ShowPace } from './runtime/show-pace.ts';
import type { Topology } from './runtime/topology.ts';
import { STORAGE_DEFAULTS, alertingDefaults } from './start.ts';

export interface PipelineFigures {
  readonly pipeline: string;
  /** Decoding and all operators, a batch of 1,000 at a time, a second of CPU. */
  readonly readingsPerSecond: number;
  readonly stateBytesPerPatient: number;
  readonly checkpointBytes: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
}

const START_MS = Date.UTC(2026, 0, 1);
const BATCH = 1_000;

/** What `run` uses of a core, garbage collection included: wall time would measure the neighbours too. */
export function cpuMsOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** How a stream of 1 Hz a patient comes to the operators. */
export interface StreamShape {
  readonly partitions: number;
  /** Of a partition's stream at once. */
  readonly seconds: number;
  /** How long ago the newest reading of a batch arrived: by it a task shows what a batch changed, or leaves that to a later one. */
  readonly ageMs: number;
}

/** As it comes: every second each patient once, so that what is known of her has left the processor's caches. */
const KEEPING_UP: StreamShape = { partitions: 1, seconds: 1, ageMs: 20 };
/** As a pipeline catches up: batches of one partition after the other, some seconds of a twelfth of the patients each. */
export const CATCHING_UP: StreamShape = { partitions: 12, seconds: 6, ageMs: 60_000 };

/** A pipeline's operators, a stretch of their stream at a time, shown as a task does. */
export interface WarmPipeline {
  readonly pipeline: string;
  /** Makes the next stretch's records, one of each patient and second; the call that it returns takes them through the operators. */
  nextStretch(): () => void;
  /** Each partition's state on its way into a checkpoint's bytes and back. */
  encode(): readonly Uint8Array[];
  decode(checkpoints: readonly Uint8Array[]): void;
}

/** Every patient at 1 Hz, all six vitals, values that wander inside their limits. */
export function warmPipelines(
  patients: number,
  warmUpSeconds: number,
  shape: StreamShape = KEEPING_UP,
): readonly WarmPipeline[] {
  const yaml = readFileSync(new URL('../../core/config/alarms.yaml', import.meta.url), 'utf8');
  const settings = parseAlarmSettings(yaml);
  const warm = [
    streamOf(alertingTopology({ ...alertingDefaults(settings), settings }), patients, shape),
    streamOf(storageTopology(STORAGE_DEFAULTS), patients, shape),
  ];
  for (const pipeline of warm)
    for (let i = 0; i < warmUpSeconds; i += shape.seconds) pipeline.nextStretch()();
  return warm;
}

function streamOf<State, Outputs>(
  topology: Topology<State, Outputs>,
  patients: number,
  { partitions, seconds, ageMs }: StreamShape,
): WarmPipeline {
  const random = seededRandom(7);
  const tasks = Array.from({ length: partitions }, () => ({
    state: topology.newState(Number.NEGATIVE_INFINITY),
    pace: new ShowPace(topology.shownEveryMs),
    unshown: undefined as Outputs | undefined,
  }));
  const stored = { version: topology.stateVersion, unstored: undefined };
  let second = 0;
  const batch = (task: (typeof tasks)[number], records: readonly LogRecord[]): void => {
    const outputs = topology.newOutputs(task.unshown);
    for (const { value, headers, timestampMs } of records) {
      topology.handle(task.state, toStreamReading(decodeReading(value!), headers, timestampMs), outputs);
    }
    const nowMs = performance.now();
    task.unshown = task.pace.mayWait(ageMs, nowMs) ? outputs : undefined;
    if (task.unshown !== undefined) return;
    topology.show(task.state, outputs);
    task.pace.shown(nowMs);
  };
  return {
    pipeline: topology.pipeline,
    nextStretch() {
      const recordsOf: LogRecord[][] = tasks.map(() => []);
      for (let i = 0; i < seconds; i++, second++)
        for (const [patient, record] of recordsOfSecond(second, patients, random).entries())
          recordsOf[patient % partitions]!.push(record);
      const nowMs = START_MS + (second - 1) * 1000 + 20;
      return () => {
        for (const [partition, task] of tasks.entries()) {
          const records = recordsOf[partition]!;
          for (let at = 0; at < records.length; at += BATCH) batch(task, records.slice(at, at + BATCH));
          topology.advance(task.state, nowMs, seconds === 1, topology.newOutputs());
        }
      };
    },
    encode: () => tasks.map(({ state }) => encodeStateAtOnce({ ...stored, state })),
    decode(checkpoints) {
      for (const bytes of checkpoints) decodeState<State, Outputs>(bytes, topology.stateVersion);
    },
  };
}

/** `seconds` of stream, or a little more, after as many to warm up. */
export function benchPipelines(
  patients: number,
  seconds: number,
  shape: StreamShape = KEEPING_UP,
): PipelineFigures[] {
  return warmPipelines(patients, seconds, shape).map((warm) => {
    let busyMs = 0;
    let readings = 0;
    for (let second = 0; second < seconds; second += shape.seconds) {
      busyMs += cpuMsOf(warm.nextStretch());
      readings += patients * shape.seconds;
    }
    let checkpoints: readonly Uint8Array[] = [];
    const encodeMs = cpuMsOf(() => void (checkpoints = warm.encode()));
    const checkpointBytes = checkpoints.reduce((sum, { length }) => sum + length, 0);
    return {
      pipeline: warm.pipeline,
      readingsPerSecond: readings / (busyMs / 1000),
      stateBytesPerPatient: checkpointBytes / patients,
      checkpointBytes,
      encodeMs,
      decodeMs: cpuMsOf(() => warm.decode(checkpoints)),
    };
  });
}

/** Decoding alone, for comparison. */
export function benchDecode(readings: number): number {
  const records = recordsOfSecond(0, Math.min(readings, 10_000), seededRandom(1));
  const tookMs = cpuMsOf(() => {
    for (let done = 0; done < readings; done += records.length) {
      for (const record of records) decodeReading(record.value!);
    }
  });
  return readings / (tookMs / 1000);
}

/** The patient's reading of a second of the stream. */
export function benchReading(
  patient: number,
  second: number,
  measuredAtMs: number,
  random: () => number,
): Reading {
  const wander = (middle: number, width: number): number => Math.round(middle + (random() - 0.5) * width);
  return {
    deviceId: `D${patient}`,
    patientId: `P${patient}`,
    region: 'Northeast',
    bootId: 1,
    sequence: second + 1,
    measuredAtMs,
    mode: 'real',
    vitals: {
      heartbeat: wander(80, 20),
      blood_pressure_systolic: wander(120, 20),
      blood_pressure_diastolic: wander(75, 10),
      temperature: 98.6,
      oxygen_saturation: wander(97, 4),
      respiratory_rate: wander(16, 4),
    },
    validity: NO_MARKS,
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
  };
}

function recordsOfSecond(second: number, patients: number, random: () => number): LogRecord[] {
  const measuredAtMs = START_MS + second * 1000;
  return Array.from({ length: patients }, (_, patient) => ({
    topic: 'vitals.readings',
    key: `P${patient}`,
    value: encodeReading(benchReading(patient, second, measuredAtMs, random)),
    headers: {},
    timestampMs: measuredAtMs + 20,
    partition: 0,
    offset: second * patients + patient,
  }));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { patients: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '40' } },
  });
  const patients = Number(values.patients);
  const lines = [
    `decode alone: ${Math.round(benchDecode(500_000)).toLocaleString('en')} readings a CPU second`,
    ...benchPipelines(patients, Number(values.seconds)).map(
      (figures) =>
        `${figures.pipeline}: ${Math.round(figures.readingsPerSecond).toLocaleString('en')} readings a CPU second, decoded and judged; ` +
        `${Math.round(figures.stateBytesPerPatient)} B a patient, checkpoint of ${patients} patients ` +
        `${(figures.checkpointBytes / 2 ** 20).toFixed(1)} MiB, encoded in ${Math.round(figures.encodeMs)} ms, decoded in ${Math.round(figures.decodeMs)} ms`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
