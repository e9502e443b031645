import { newBootId } from '../fleet/boot-id.ts';
import type { FleetOptions } from '../fleet/fleet.ts';
import { SHIPPED_RECORDINGS, loadRecordings } from '../recordings/load.ts';
import { RecordingError, type Recording } from '../recordings/numerics.ts';
import { replayOnce } from '../recordings/replay.ts';
import { scenarioInMix } from '../scenarios/mix.ts';
import { SCENARIOS, loadScenario } from '../scenarios/scenario.ts';
import { createRandom, seedOf } from '../signals/random.ts';
import { SyntheticPatient } from '../signals/synthetic-patient.ts';
import type { VitalsSource } from '../signals/vitals-source.ts';
import { UsageError, type Arguments } from './arguments.ts';
import { credentialsFor } from './credentials.ts';

export interface Plan {
  readonly fleet: FleetOptions;
  /** What is being done, in one line. */
  readonly title: string;
}

const DEFAULT_DEVICES = 10;
const BACKOFF = { firstPauseMs: 500, maxPauseMs: 30_000 };
/** About half a gigabyte of readings. */
const HELD_MAX = 1_000_000;
/** A mix begins its courses up to this far apart, so that its alerts do not come all at once. */
const MIX_SPREAD_S = 300;

/** Turns the arguments into a fleet. @throws UsageError */
export async function planRun(
  given: Arguments,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Plan> {
  refuseContradictions(given);
  const recordings = given.replay === undefined ? undefined : await readRecordings(given.replay);
  const credentials = await credentialsFor(given, recordings?.length ?? DEFAULT_DEVICES, environment);
  const rate = recordings ? (given.speed ?? 1) : (given.rate ?? 1);
  const source = recordings
    ? (index: number): VitalsSource => replayOf(recordings, index)
    : (index: number): VitalsSource => patientOf(given, index);
  const what = recordings ? `replay at ${rate}x` : (given.scenario ?? 'stable');
  return {
    title: `${what} → ${given.url}`,
    fleet: {
      devices: credentials.map(({ identity, token }, index) => ({
        identity,
        token,
        patientId: `P-${identity.deviceId}`,
        source: source(index),
      })),
      url: given.url,
      mode: given.mode,
      bootId: newBootId(),
      rate,
      patientStartS: 0,
      // A recording moves on a row a reading, however fast; a synthetic patient lives in real time.
      patientStepS: recordings ? 1 : 1 / rate,
      durationMs: given.durationMs,
      seed: given.seed,
      backoff: BACKOFF,
      heldMax: HELD_MAX,
    },
  };
}

function refuseContradictions(given: Arguments): void {
  const { replay } = given;
  if (replay === undefined && given.speed !== undefined) {
    throw new UsageError('--speed goes with --replay; for synthetic patients there is --rate');
  }
  if (replay !== undefined && given.rate !== undefined) {
    throw new UsageError('--rate does not go with --replay: a recording has its own, see --speed');
  }
  if (replay !== undefined && given.scenario !== undefined) {
    throw new UsageError('--scenario does not go with --replay');
  }
}

async function readRecordings(replay: string | true): Promise<readonly Recording[]> {
  try {
    return await loadRecordings(replay === true ? SHIPPED_RECORDINGS : replay);
  } catch (error) {
    if (error instanceof RecordingError) throw new UsageError(error.message);
    throw error;
  }
}

function replayOf(recordings: readonly Recording[], index: number): VitalsSource {
  const recording = recordings[index % recordings.length];
  if (!recording) throw new RangeError('no recordings');
  return replayOnce(recording);
}

const courses = Object.fromEntries(SCENARIOS.map((name) => [name, loadScenario(name).course]));

function patientOf(given: Arguments, index: number): VitalsSource {
  const seed = seedOf(given.seed, index);
  const isMix = given.scenario === 'mix';
  const name = given.scenario === 'mix' ? scenarioInMix(index) : (given.scenario ?? 'stable');
  return new SyntheticPatient({
    seed,
    course: courses[name],
    courseStartS: isMix ? createRandom(seedOf(seed, 1)).between(0, MIX_SPREAD_S) : 0,
    startS: 0,
    profile: undefined,
  });
}
