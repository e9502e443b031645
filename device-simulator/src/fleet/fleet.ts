import type { DeviceIdentity } from '@vitalwire/core/identity/token.ts';
import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import { BedsideDevice } from '../device/bedside-device.ts';
import type { DeviceObserver } from '../device/device-observer.ts';
import type { Backoff } from '../device/link.ts';
import type { ConnectTransport } from '../device/transport.ts';
import { createRandom, seedOf } from '../signals/random.ts';
import { isEmpty, type VitalsSource } from '../signals/vitals-source.ts';
import { startPacer } from './pacer.ts';

export interface FleetDevice {
  readonly identity: DeviceIdentity;
  readonly token: string;
  readonly patientId: string;
  readonly source: VitalsSource;
}

export interface FleetOptions {
  readonly devices: readonly FleetDevice[];
  readonly url: string;
  readonly mode: Mode;
  readonly bootId: number;
  /** Readings a second of each device. */
  readonly rate: number;
  /** The patients' time at the first reading, in seconds, and how far each reading moves it on. */
  readonly patientStartS: number;
  readonly patientStepS: number;
  /** undefined runs until stopped, or until every source has ended. */
  readonly durationMs: number | undefined;
  readonly seed: number;
  readonly backoff: Backoff;
  /** Readings that all devices together hold back at most. */
  readonly heldMax: number;
}

export interface FleetDeps {
  readonly connect: ConnectTransport;
  readonly clock: Clock;
  readonly observer: DeviceObserver;
  /** How late this process itself was for a turn of the schedule, in ms. */
  onTurnLate(lateMs: number): void;
}

export interface Fleet {
  /** Devices connected now. */
  readonly connected: number;
  /** Readings made and neither acknowledged nor given up. */
  readonly waiting: number;
  /**
   * Begins to connect every device, spread over time. Resolves once all are connected, at the signal, or when the last has had `patienceMs`;
   * those that are not connected by then keep trying.
   */
  connect(patienceMs: number, signal: AbortSignal): Promise<void>;
  /** Begins the schedule; resolves when the duration is over or every source has ended, or at `halt`. */
  run(): Promise<void>;
  /** Ends the schedule. Devices go on sending what they hold. */
  halt(): void;
  /** Resolves once everything made is acknowledged or given up, or `timeoutMs` has passed. */
  drain(timeoutMs: number): Promise<void>;
  /** Disconnects every device. Idempotent. */
  stop(): Promise<void>;
}

const CONNECTS_PER_S = 500;
const POLL_MS = 20;
const IN_FLIGHT_MAX = 512;
const ACK_TIMEOUT_MS = 30_000;
const HELD_PER_DEVICE = { min: 60, max: 3_600 } as const;

/** Many devices on one clock and one open-loop schedule, their turns spread evenly over each period. */
export function createFleet(options: FleetOptions, deps: FleetDeps): Fleet {
  const { clock } = deps;
  const devices = options.devices.map((spec, index) => createDevice(spec, index, options, deps));
  const hasEnded = new Set<number>();
  let halt: () => void = () => {};
  let cancelConnecting: Cancel = () => {};

  const until = async (isReached: () => boolean, timeoutMs: number): Promise<void> => {
    const deadlineMs = clock.monotonic() + timeoutMs;
    while (!isReached() && clock.monotonic() < deadlineMs) await clock.sleep(POLL_MS);
  };
  const connected = (): number => devices.reduce((sum, device) => sum + (device.isConnected ? 1 : 0), 0);
  const waiting = (): number => devices.reduce((sum, device) => sum + device.waiting, 0);

  const takeTurn = (turn: number, intendedMs: number): void => {
    const index = turn % devices.length;
    if (hasEnded.has(index)) return;
    const round = (turn - index) / devices.length;
    const measurement = options.devices[index]?.source.measure(
      options.patientStartS + round * options.patientStepS,
    );
    if (measurement === undefined) {
      hasEnded.add(index);
      if (hasEnded.size === devices.length) halt();
      return;
    }
    // An empty reading says nothing, and the gateway would reject it.
    if (isEmpty(measurement)) return;
    const lateMs = clock.monotonic() - intendedMs;
    deps.onTurnLate(lateMs);
    devices[index]?.take(measurement, intendedMs, Math.round(clock.now() - lateMs));
  };

  return {
    get connected() {
      return connected();
    },
    get waiting() {
      return waiting();
    },
    async connect(patienceMs, signal) {
      cancelConnecting = startPacer({
        clock,
        perSecond: CONNECTS_PER_S,
        turns: devices.length,
        onTurn: (index) => devices[index]?.start(),
        onDone: () => {},
      });
      const spreadMs = (devices.length * 1_000) / CONNECTS_PER_S;
      await until(() => signal.aborted || connected() === devices.length, spreadMs + patienceMs);
    },
    run() {
      const perSecond = options.rate * devices.length;
      const turns =
        options.durationMs === undefined
          ? Number.POSITIVE_INFINITY
          : Math.round((options.durationMs * perSecond) / 1_000);
      return new Promise((resolve) => {
        const cancel = startPacer({ clock, perSecond, turns, onTurn: takeTurn, onDone: resolve });
        halt = () => {
          cancel();
          resolve();
        };
      });
    },
    halt: () => halt(),
    drain: (timeoutMs) => until(() => waiting() === 0, timeoutMs),
    async stop() {
      halt();
      cancelConnecting();
      await Promise.all(devices.map((device) => device.stop()));
    },
  };
}

function createDevice(
  spec: FleetDevice,
  index: number,
  options: FleetOptions,
  deps: FleetDeps,
): BedsideDevice {
  const share = Math.floor(options.heldMax / options.devices.length);
  return new BedsideDevice({
    identity: spec.identity,
    patientId: spec.patientId,
    mode: options.mode,
    bootId: options.bootId,
    url: options.url,
    token: spec.token,
    connect: deps.connect,
    backoff: options.backoff,
    inFlightMax: IN_FLIGHT_MAX,
    heldMax: Math.max(HELD_PER_DEVICE.min, Math.min(HELD_PER_DEVICE.max, share)),
    ackTimeoutMs: ACK_TIMEOUT_MS,
    clock: deps.clock,
    random: createRandom(seedOf(options.seed, index)),
    observer: deps.observer,
  });
}
