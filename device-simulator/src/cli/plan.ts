import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { newBootId } from '../fleet/boot-id.ts';
import type { DeviceSpec, LoadSpec, PatientSpec } from '../fleet/load-spec.ts';
import { workersFor } from '../fleet/sharded-fleet.ts';
import type { AccountDevice } from '../ledger/account.ts';
import { phasesOf, segmentsOf, stormsMs } from '../load/shapes.ts';
import { SHIPPED_RECORDINGS, loadRecordings } from '../recordings/load.ts';
import { RecordingError, type Recording } from '../recordings/numerics.ts';
import type { Objective } from '../report/slo.ts';
import { scenarioInMix } from '../scenarios/mix.ts';
import {
  SCENARIOS,
  loadScenario,
  parseScenario,
  type Scenario,
  type ScenarioName,
} from '../scenarios/scenario.ts';
import { createRandom, seedOf } from '../signals/random.ts';
import { UsageError, type Arguments } from './arguments.ts';
import { refuseContradictions } from './contradictions.ts';
import { credentialsFor, staffToken } from './credentials.ts';
import { faultsOf, scenarioOf } from './spread.ts';

export interface Plan {
  /** What is being done, in one line. */
  readonly title: string;
  readonly load: LoadSpec;
  readonly workers: number;
  /** What the ledger is told of each device. */
  readonly devices: readonly AccountDevice[];
  /** When every connection is cut at once, in ms since the start. */
  readonly stormsMs: readonly number[];
  /** undefined checks nothing beyond PUBACKs. */
  readonly api:
    | { readonly url: string; readonly token: string; readonly stations: number; readonly slowShare: number }
    | undefined;
  readonly ledger: string | undefined;
  /** The ledger exists already, and this goes on with it. */
  readonly resumes: boolean;
  readonly settleMs: number;
  readonly lateAfterMs: number;
  readonly slo: readonly Objective[];
}

const DEFAULT_DEVICES = 10;
const BACKOFF = { firstPauseMs: 500, maxPauseMs: 30_000, jitter: true };
const AT_ONCE = { firstPauseMs: 50, maxPauseMs: 50, jitter: false };
/** About half a gigabyte of readings. */
const HELD_MAX = 1_000_000;
const CONNECTS_PER_S = 500;
/** A mix begins its courses up to this far apart, so that its alerts do not come all at once. */
const MIX_SPREAD_S = 300;
const SOAK_MS = 3_600_000;
const DEFAULT_ALARMS = fileURLToPath(import.meta.resolve('@vitalwire/core/config/alarms.yaml'));

/** Turns the arguments into a run. @throws UsageError */
export async function planRun(
  given: Arguments,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Plan> {
  refuseContradictions(given);
  const directory = given.replay === true ? SHIPPED_RECORDINGS : given.replay;
  const recordings = directory === undefined ? undefined : await readRecordings(directory);
  const alarms = readAlarms(given.alarms ?? DEFAULT_ALARMS);
  const scenarios = scenariosOf(given);
  const credentials = await credentialsFor(given, recordings?.length ?? DEFAULT_DEVICES, environment);
  const count = credentials.length;
  const rate = recordings ? (given.speed ?? 1) : (given.rate ?? 1);
  const durationMs = given.durationMs ?? (given.shape === 'soak' ? SOAK_MS : Number.POSITIVE_INFINITY);
  const segments = segmentsOf(given.phases ?? phasesOf(given.shape, rate, durationMs), count);
  const faults = faultsOf(given.faults, count);
  const devices = credentials.map(({ identity, token }, index): DeviceSpec => ({
    index,
    deviceId: identity.deviceId,
    region: identity.region,
    token,
    patientId: `P-${identity.deviceId}`,
    patient:
      recordings && directory !== undefined
        ? { kind: 'recording', directory, name: recordings[index % recordings.length]!.name }
        : patientOf(given, index, count),
    fault: faults[index],
  }));
  const what = recordings ? `replay at ${rate}x` : given.mix ? 'mix' : (given.scenario ?? 'stable');
  const shape =
    given.window === undefined ? (given.phases ? 'phases' : given.shape) : `window of ${given.window}`;
  const regions = devices.map(({ region }) => region);
  return {
    title: `${what}${shape === 'constant' ? '' : `, ${shape}`} → ${given.url}`,
    workers:
      given.workers ??
      workersFor(
        count,
        Math.max(...segments.map(({ fromPerS, toPerS }) => Math.max(fromPerS, toPerS))),
        availableParallelism(),
      ),
    load: {
      devices,
      fleetSize: count,
      scenarios,
      url: given.url,
      client: given.client ?? (/^wss?:/.test(given.url) ? 'mqttjs' : 'lean'),
      mode: given.mode,
      bootId: newBootId(),
      segments,
      window: given.window,
      patientStartS: 0,
      // A recording moves on a row a reading, however fast; a synthetic patient lives by the schedule.
      patientStepS: recordings ? 1 : undefined,
      seed: given.seed,
      backoff: given.reconnect === 'at-once' ? AT_ONCE : BACKOFF,
      heldMax: HELD_MAX,
      connectsPerS: CONNECTS_PER_S,
      // Sped up, seconds of a recording pass in less: limits' delays still take their own time, and that is what is foretold.
      alarms: given.api === undefined ? undefined : alarms,
      keepsLedger: given.api !== undefined || given.ledger !== undefined,
    },
    devices: devices.map((device) => accountOf(device, scenarios)),
    stormsMs: stormsMs(given.shape, durationMs),
    api:
      given.api === undefined
        ? undefined
        : {
            url: given.api,
            token: await staffToken(given, regions, environment),
            stations: given.stations ?? 1,
            slowShare: given.faults.find(({ name }) => name === 'slow-station')?.share ?? 0,
          },
    ledger: given.ledger,
    resumes: false,
    settleMs: given.settleMs,
    lateAfterMs: given.lateAfterMs,
    slo: given.slo,
  };
}

async function readRecordings(directory: string): Promise<readonly Recording[]> {
  try {
    return await loadRecordings(directory);
  } catch (error) {
    if (error instanceof RecordingError) throw new UsageError(`--replay: ${error.message}`);
    throw error;
  }
}

function readAlarms(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    parseAlarmSettings(text);
    return text;
  } catch (error) {
    const why = messageOf(error).split('\n')[0];
    throw new UsageError(`--alarms ${path}: ${why}`);
  }
}

function scenariosOf(given: Arguments): Record<string, Scenario> {
  const names = new Set(
    given.mix?.map(({ name }) => name) ??
      (given.scenario === 'mix' ? SCENARIOS : [given.scenario ?? 'stable']),
  );
  if (names.has('mix')) throw new UsageError('--mix names scenarios, and mix is none');
  return Object.fromEntries([...names].map((name) => [name, readScenario(name)]));
}

function readScenario(name: string): Scenario {
  if ((SCENARIOS as readonly string[]).includes(name)) return loadScenario(name as ScenarioName);
  try {
    return parseScenario(readFileSync(name, 'utf8'));
  } catch (error) {
    throw new UsageError(`--scenario ${name}: ${messageOf(error)}`);
  }
}

function patientOf(given: Arguments, index: number, count: number): PatientSpec {
  const seed = seedOf(given.seed, index);
  const isMix = given.mix !== undefined || given.scenario === 'mix';
  const scenario = given.mix
    ? scenarioOf(given.mix, index, count)
    : given.scenario === 'mix'
      ? scenarioInMix(index)
      : (given.scenario ?? 'stable');
  return {
    kind: 'synthetic',
    seed,
    scenario,
    courseStartS: isMix ? Math.round(createRandom(seedOf(seed, 1)).between(0, MIX_SPREAD_S)) : 0,
  };
}

function accountOf(device: DeviceSpec, scenarios: Readonly<Record<string, Scenario>>): AccountDevice {
  const { patient } = device;
  const scenario = patient.kind === 'synthetic' ? scenarios[patient.scenario] : undefined;
  const startS = patient.kind === 'synthetic' ? patient.courseStartS : 0;
  // Values that stand still follow no course.
  const expected = device.fault === 'stuck' ? [] : (scenario?.expect ?? []);
  return {
    device_id: device.deviceId,
    patient_id: device.patientId,
    region: device.region,
    fault: device.fault,
    expect: expected.map(({ alert, byS }) => ({ alert, due_ms: (startS + byS) * 1_000 })),
  };
}
