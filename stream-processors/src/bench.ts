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
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { toStreamReading } from './operators/stream-reading.ts';
import { alertingTopology } from './pipelines/alerting.ts';
import { storageTopology } from './pipelines/storage.ts';
import { decodeState, encodeStateAtOnce } from './runtime/checkpoint-codec.ts';
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

/** What this process used of a core, garbage collection included: wall time would measure the neighbours too. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Every patient at 1 Hz, all six vitals, values that wander inside their limits; `seconds` of stream after as many to warm up. */
export function benchPipelines(patients: number, seconds: number): PipelineFigures[] {
  const yaml = readFileSync(new URL('../../core/config/alarms.yaml', import.meta.url), 'utf8');
  const settings = parseAlarmSettings(yaml);
  return [
    benchTopology(alertingTopology({ ...alertingDefaults(settings), settings }), patients, seconds),
    benchTopology(storageTopology(STORAGE_DEFAULTS), patients, seconds),
  ];
}

/** A pipeline that has warmed up, one second of its stream at a time. */
export interface WarmPipeline {
  readonly pipeline: string;
  /** Makes the next second's records, one of each patient; the call that it returns takes them through the operators. */
  nextSecond(): () => void;
}

export function warmPipelines(patients: number, warmUpSeconds: number): readonly WarmPipeline[] {
  const yaml = readFileSync(new URL('../../core/config/alarms.yaml', import.meta.url), 'utf8');
  const settings = parseAlarmSettings(yaml);
  const warm = [
    warmTopology(alertingTopology({ ...alertingDefaults(settings), settings }), patients),
    warmTopology(storageTopology(STORAGE_DEFAULTS), patients),
  ];
  for (const pipeline of warm) for (let i = 0; i < warmUpSeconds; i++) pipeline.nextSecond()();
  return warm;
}

function warmTopology<State, Outputs>(topology: Topology<State, Outputs>, patients: number): WarmPipeline {
  const random = seededRandom(7);
  const state = topology.newState(Number.NEGATIVE_INFINITY);
  let second = 0;
  return {
    pipeline: topology.pipeline,
    nextSecond() {
      const records = recordsOfSecond(second, patients, random);
      const nowMs = START_MS + second++ * 1000 + 20;
      return () => {
        const outputs = topology.newOutputs();
        for (const { value, headers, timestampMs } of records)
          topology.handle(state, toStreamReading(decodeReading(value!), headers, timestampMs), outputs);
        topology.finish(state, outputs);
        topology.advance(state, nowMs, true, topology.newOutputs());
      };
    },
  };
}

/** Decoding alone, for comparison. */
export function benchDecode(readings: number): number {
  const records = recordsOfSecond(0, Math.min(readings, 10_000), seededRandom(1));
  const startedMs = cpuMs();
  for (let done = 0; done < readings; done += records.length) {
    for (const record of records) decodeReading(record.value!);
  }
  return readings / ((cpuMs() - startedMs) / 1000);
}

function benchTopology<State, Outputs>(
  topology: Topology<State, Outputs>,
  patients: number,
  seconds: number,
): PipelineFigures {
  const random = seededRandom(7);
  let state = topology.newState(Number.NEGATIVE_INFINITY);
  let busyMs = 0;
  for (let second = -seconds; second < seconds; second++) {
    const records = recordsOfSecond(second + seconds, patients, random);
    const startedMs = cpuMs();
    for (let at = 0; at < records.length; at += BATCH) {
      const outputs = topology.newOutputs();
      for (let index = at; index < Math.min(at + BATCH, records.length); index++) {
        const { value, headers, timestampMs } = records[index]!;
        topology.handle(state, toStreamReading(decodeReading(value!), headers, timestampMs), outputs);
      }
      topology.finish(state, outputs);
    }
    topology.advance(state, START_MS + (second + seconds) * 1000 + 20, true, topology.newOutputs());
    if (second >= 0) busyMs += cpuMs() - startedMs;
  }
  const encodeStartedMs = cpuMs();
  const bytes = encodeStateAtOnce({ version: topology.stateVersion, state, unstored: undefined });
  const encodeMs = cpuMs() - encodeStartedMs;
  const decodeStartedMs = cpuMs();
  state = decodeState<State, Outputs>(bytes, topology.stateVersion)!.state;
  return {
    pipeline: topology.pipeline,
    readingsPerSecond: (patients * seconds) / (busyMs / 1000),
    stateBytesPerPatient: bytes.length / patients,
    checkpointBytes: bytes.length,
    encodeMs,
    decodeMs: cpuMs() - decodeStartedMs,
  };
}

function recordsOfSecond(second: number, patients: number, random: () => number): LogRecord[] {
  const wander = (middle: number, width: number): number => Math.round(middle + (random() - 0.5) * width);
  return Array.from({ length: patients }, (_, patient) => ({
    topic: 'vitals.readings',
    key: `P${patient}`,
    value: encodeReading({
      deviceId: `D${patient}`,
      patientId: `P${patient}`,
      region: 'Northeast',
      bootId: 1,
      sequence: second + 1,
      measuredAtMs: START_MS + second * 1000,
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
    }),
    headers: {},
    timestampMs: START_MS + second * 1000 + 20,
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
