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
import { SHOWN_TOGETHER } from './runtime/show-pace.ts';
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

/** A pipeline's operators, one second of their stream at a time, shown as by a task that keeps up. */
export interface WarmPipeline {
  readonly pipeline: string;
  /** Makes the next second's records, one of each patient; the call that it returns takes them through the operators. */
  nextSecond(): () => void;
  /** The state's way into a checkpoint's bytes and back. */
  encode(): Uint8Array;
  decode(bytes: Uint8Array): void;
}

/** Every patient at 1 Hz, all six vitals, values that wander inside their limits. */
export function warmPipelines(patients: number, warmUpSeconds: number): readonly WarmPipeline[] {
  const yaml = readFileSync(new URL('../../core/config/alarms.yaml', import.meta.url), 'utf8');
  const settings = parseAlarmSettings(yaml);
  const warm = [
    streamOf(alertingTopology({ ...alertingDefaults(settings), settings }), patients),
    streamOf(storageTopology(STORAGE_DEFAULTS), patients),
  ];
  for (const pipeline of warm) for (let i = 0; i < warmUpSeconds; i++) pipeline.nextSecond()();
  return warm;
}

function streamOf<State, Outputs>(topology: Topology<State, Outputs>, patients: number): WarmPipeline {
  const random = seededRandom(7);
  const state = topology.newState(Number.NEGATIVE_INFINITY);
  let second = 0;
  const batch = (records: readonly LogRecord[]): void => {
    const outputs = topology.newOutputs();
    let handled = 0;
    for (const { value, headers, timestampMs } of records) {
      topology.handle(state, toStreamReading(decodeReading(value!), headers, timestampMs), outputs);
      if (++handled % SHOWN_TOGETHER === 0) topology.show(state, outputs);
    }
    topology.show(state, outputs);
  };
  return {
    pipeline: topology.pipeline,
    nextSecond() {
      const records = recordsOfSecond(second, patients, random);
      const nowMs = START_MS + second++ * 1000 + 20;
      return () => {
        for (let at = 0; at < records.length; at += BATCH) batch(records.slice(at, at + BATCH));
        topology.advance(state, nowMs, true, topology.newOutputs());
      };
    },
    encode: () => encodeStateAtOnce({ version: topology.stateVersion, state, unstored: undefined }),
    decode: (bytes) => void decodeState<State, Outputs>(bytes, topology.stateVersion),
  };
}

/** `seconds` of stream after as many to warm up. */
export function benchPipelines(patients: number, seconds: number): PipelineFigures[] {
  return warmPipelines(patients, seconds).map((warm) => {
    let busyMs = 0;
    for (let second = 0; second < seconds; second++) busyMs += cpuMsOf(warm.nextSecond());
    let bytes: Uint8Array = new Uint8Array();
    const encodeMs = cpuMsOf(() => void (bytes = warm.encode()));
    return {
      pipeline: warm.pipeline,
      readingsPerSecond: (patients * seconds) / (busyMs / 1000),
      stateBytesPerPatient: bytes.length / patients,
      checkpointBytes: bytes.length,
      encodeMs,
      decodeMs: cpuMsOf(() => warm.decode(bytes)),
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
