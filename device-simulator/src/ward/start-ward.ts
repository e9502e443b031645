import type { DeviceIdentity } from '@vitalwire/core/identity/token.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import type { DeviceObserver } from '../device/device-observer.ts';
import { leanTransport } from '../device/lean-transport.ts';
import { newBootId } from '../fleet/boot-id.ts';
import type { FleetDevice } from '../fleet/fleet-device.ts';
import { createFleet, startNow } from '../fleet/fleet.ts';
import { Schedule } from '../load/schedule.ts';
import { SHIPPED_RECORDINGS, loadRecordings } from '../recordings/load.ts';
import type { Recording } from '../recordings/numerics.ts';
import { createRandom, seedOf } from '../signals/random.ts';
import { demoPatient } from './demo-patient.ts';
import { makeBeds, type Bed } from './patients.ts';

export interface WardOptions {
  /** At least 1. */
  readonly beds: number;
  /** Of the MQTT gateway. */
  readonly url: string;
  readonly regions: readonly string[];
  readonly tokenFor: (deviceId: DeviceIdentity['deviceId'], region: string) => string | Promise<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The same seed makes the same ward. */
  readonly seed: number;
}

export interface Ward extends Service {
  /** Who lies in the beds, for the patient directory. */
  readonly patients: readonly Patient[];
}

/** The beds in order: those in trouble come early, so that a small ward has something to show. */
const ORDER = ['01', '32', '51', '22', '37', '13', '42', '05', '39', '19'].map((number) => `bidmc_${number}`);
const BACKOFF = { firstPauseMs: 250, maxPauseMs: 5_000, jitter: true };
const HELD_MAX = 100_000;
const CONNECTS_PER_S = 500;
const CONNECT_PATIENCE_MS = 5_000;
const DRAIN_WITHIN_MS = 400;

/**
 * A ward of simulated beds: each plays one of the shipped recordings round and round at its own speed, with made-up pressure and temperature,
 * as mode `demo`. Where a recording stands follows from the time of day, so that a restart goes on as if there had been none. Resolves once
 * the beds are connected, or after five seconds without; they keep trying.
 */
export async function startWard(options: WardOptions): Promise<Ward> {
  const { clock, logger } = options;
  const recordings = inOrder(await loadRecordings(SHIPPED_RECORDINGS));
  const beds = makeBeds(options.beds, options.regions);
  const startS = Math.floor(clock.now() / 1_000);
  const devices = await Promise.all(
    beds.map((bed, index) => deviceOf(bed, index, { options, recordings, startS })),
  );
  const observer = logging(logger);
  const fleet = createFleet(
    {
      devices,
      url: options.url,
      mode: 'demo',
      bootId: newBootId(),
      fleetSize: devices.length,
      schedule: new Schedule([
        { durationMs: Number.POSITIVE_INFINITY, fromPerS: devices.length, toPerS: devices.length },
      ]),
      window: undefined,
      patientStartS: startS,
      patientStepS: 1,
      seed: options.seed,
      backoff: BACKOFF,
      heldMax: HELD_MAX,
      connectsPerS: CONNECTS_PER_S,
    },
    { connect: leanTransport(clock), clock, observe: () => observer, onTurnLate: () => {} },
  );
  await fleet.connect(CONNECT_PATIENCE_MS, new AbortController().signal);
  logger.info({ beds: options.beds, connected: fleet.connected }, 'simulated ward started');
  void fleet.run(startNow(clock));

  let stopping: Promise<void> | undefined;
  return {
    name: 'simulated ward',
    patients: beds.map((bed) => bed.patient),
    stop() {
      stopping ??= (async () => {
        fleet.halt();
        await fleet.drain(DRAIN_WITHIN_MS);
        await fleet.stop();
      })();
      return stopping;
    },
  };
}

async function deviceOf(
  { deviceId, patient }: Bed,
  index: number,
  ward: { options: WardOptions; recordings: readonly Recording[]; startS: number },
): Promise<FleetDevice> {
  const recording = ward.recordings[index % ward.recordings.length];
  if (!recording) throw new RangeError('the simulator comes without recordings');
  const seed = seedOf(ward.options.seed, index);
  const offsetS = Math.floor(createRandom(seedOf(seed, 1)).between(0, recording.rows.length));
  return {
    index,
    fault: undefined,
    identity: { deviceId, region: patient.region },
    token: await ward.options.tokenFor(deviceId, patient.region),
    patientId: patient.id,
    source: demoPatient({ recording, offsetS, startS: ward.startS, seed }),
  };
}

function inOrder(recordings: readonly Recording[]): Recording[] {
  return [...recordings].sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
}

function logging(logger: Logger): DeviceObserver {
  const nothing = (): void => {};
  return {
    onMade: nothing,
    onSent: nothing,
    onAcknowledged: nothing,
    onRefused: (entry, reason) =>
      logger.warn({ device_id: entry.reading.deviceId, reason }, 'reading refused'),
    onDropped: (entry) => logger.warn({ device_id: entry.reading.deviceId }, 'reading given up: memory full'),
    onConnected: () => logger.debug('simulated bed connected'),
    onDisconnected: ({ refused, reason }, wasUp) =>
      logger[refused ? 'warn' : 'debug']({ reason, was_up: wasUp }, 'simulated bed disconnected'),
  };
}
