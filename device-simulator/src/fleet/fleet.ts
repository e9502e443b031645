import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import type { DeviceObserver } from '../device/device-observer.ts';
import type { Backoff } from '../device/link.ts';
import type { ConnectTransport } from '../device/transport.ts';
import { NO_FAULT } from '../faults/device-fault.ts';
import type { Schedule } from '../load/schedule.ts';
import { isEmpty } from '../signals/vitals-source.ts';
import { createDevice, type FleetDevice } from './fleet-device.ts';
import { startPacer } from './pacer.ts';

export interface FleetOptions {
  readonly devices: readonly FleetDevice[];
  /** Devices of the whole fleet: turn n of the schedule is device n mod this. */
  readonly fleetSize: number;
  readonly url: string;
  readonly mode: Mode;
  readonly bootId: number;
  readonly schedule: Schedule;
  /**
   * Closed loop: each device keeps this many readings unacknowledged and the schedule gives the duration alone. The rate is then what the
   * server can take, and latency hides what a schedule would have had to wait. undefined: open loop.
   */
  readonly window: number | undefined;
  /** The patients' time at the first reading, in seconds. */
  readonly patientStartS: number;
  /** How far each reading moves it on; undefined where patients live by the schedule's time. */
  readonly patientStepS: number | undefined;
  readonly seed: number;
  readonly backoff: Backoff;
  /** Readings that all devices together hold back at most. */
  readonly heldMax: number;
  readonly connectsPerS: number;
}

export interface FleetDeps {
  readonly connect: ConnectTransport;
  readonly clock: Clock;
  readonly observe: (device: FleetDevice) => DeviceObserver;
  /** How late this process itself was for a turn of the schedule, in ms. */
  onTurnLate(lateMs: number): void;
}

/** One moment by both clocks, whole ms of wall time. */
export interface RunStart {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface Fleet {
  /** Devices connected now. */
  readonly connected: number;
  /** Readings made and neither acknowledged nor given up, of devices that can connect at all. */
  readonly waiting: number;
  /**
   * Begins to connect every device, spread over time. Resolves once all are connected, at the signal, or when the last has had `patienceMs`;
   * those that are not connected by then keep trying.
   */
  connect(patienceMs: number, signal: AbortSignal): Promise<void>;
  /** Begins the schedule at `start`; resolves when the duration is over or every source has ended, or at `halt`. */
  run(start: RunStart): Promise<void>;
  /** Ends the schedule. Devices go on sending what they hold. */
  halt(): void;
  /** Cuts every connection at once; the devices come back by their backoff. */
  cutAll(): void;
  /** Resolves once everything made is acknowledged or given up, or `timeoutMs` has passed. */
  drain(timeoutMs: number): Promise<void>;
  /** Disconnects every device. Idempotent. */
  stop(): Promise<void>;
}

const POLL_MS = 20;
/** How often dead connections are looked for once no reading does. */
const DEAD_AFTER_SCHEDULE_MS = 500;

/** Now, by both clocks. */
export const startNow = (clock: Clock): RunStart => ({
  monotonicMs: clock.monotonic(),
  wallMs: Math.round(clock.now()),
});

/** Many devices on one clock and one schedule, their turns spread evenly over each period. */
export function createFleet(options: FleetOptions, deps: FleetDeps): Fleet {
  const { clock } = deps;
  const { schedule, fleetSize } = options;
  const specs = options.devices;
  let isRunning = false;
  let start: RunStart = startNow(clock);
  let halt: () => void = () => {};
  let cancelConnecting: Cancel = () => {};
  const hasEnded = new Set<number>();
  const rounds = new Uint32Array(specs.length);
  const lastMeasuredMs = new Float64Array(specs.length);

  const refill = (slot: number): void => {
    if (isRunning) takeTurn(slot, clock.monotonic());
  };
  const devices = specs.map((spec, slot) => createDevice(spec, slot, options, deps, refill));

  const until = async (isReached: () => boolean, timeoutMs: number): Promise<void> => {
    const deadlineMs = clock.monotonic() + timeoutMs;
    while (!isReached() && clock.monotonic() < deadlineMs) await clock.sleep(POLL_MS);
  };
  const connected = (): number => devices.reduce((sum, device) => sum + (device.isConnected ? 1 : 0), 0);
  /** What a device that is never let in holds waits for nothing. */
  const waiting = (): number =>
    devices.reduce(
      (sum, device, slot) => sum + (specs[slot]?.fault?.refused === true ? 0 : device.waiting),
      0,
    );
  /** Devices that can connect at all. */
  const hopeful = specs.reduce((sum, { fault }) => sum + (fault?.refused === true ? 0 : 1), 0);

  const takeTurn = (slot: number, intendedMs: number): void => {
    const [spec, device] = [specs[slot], devices[slot]];
    if (!spec || !device || hasEnded.has(slot)) return;
    const round = rounds[slot]!++;
    const sinceStartMs = intendedMs - start.monotonicMs;
    const { patientStartS, patientStepS } = options;
    const passedS = patientStepS === undefined ? sinceStartMs / 1_000 : round * patientStepS;
    const measurement = spec.source.measure(patientStartS + passedS);
    if (measurement === undefined) {
      hasEnded.add(slot);
      if (hasEnded.size === specs.length) halt();
      return;
    }
    // An empty reading says nothing, and the gateway would reject it.
    if (isEmpty(measurement)) return;
    deps.onTurnLate(clock.monotonic() - intendedMs);
    const fault = spec.fault ?? NO_FAULT;
    const deviceMs = Math.round(start.wallMs + sinceStartMs + fault.clockOffsetMs(sinceStartMs));
    // Two measurements of one device at one moment would be one to a store. A clock that jumps back is a fault of its own.
    const measuredAtMs = fault.clockJumps ? deviceMs : Math.max(deviceMs, lastMeasuredMs[slot]! + 1);
    lastMeasuredMs[slot] = measuredAtMs;
    fault.beforeTake(device, sinceStartMs);
    device.take(measurement, intendedMs, measuredAtMs);
    fault.afterTake(device, sinceStartMs);
  };

  /** The place in the whole schedule of the `turn`-th turn of this part. */
  const turnInFleet = (turn: number): number => {
    const slot = turn % specs.length;
    return ((turn - slot) / specs.length) * fleetSize + (specs[slot]?.index ?? 0);
  };

  const runOpen = (onDone: () => void): Cancel =>
    startPacer({
      clock,
      startMs: start.monotonicMs,
      dueMs: (turn) => schedule.dueMs(turnInFleet(turn)),
      durationMs: schedule.durationMs,
      onTurn: (turn, intendedMs) => takeTurn(turn % specs.length, intendedMs),
      onDone,
    });
  const runClosed = (window: number, onDone: () => void): Cancel => {
    // The start lies ahead, and before it there is no patient: what was measured then would be no number.
    const leadMs = Math.max(0, start.monotonicMs - clock.monotonic());
    const cancels = [
      clock.after(leadMs, () => {
        isRunning = true;
        for (let slot = 0; slot < specs.length; slot++) {
          for (let i = 0; i < window; i++) takeTurn(slot, Math.max(start.monotonicMs, clock.monotonic()));
        }
      }),
    ];
    if (Number.isFinite(schedule.durationMs)) cancels.push(clock.after(leadMs + schedule.durationMs, onDone));
    return () => cancels.forEach((each) => each());
  };

  return {
    get connected() {
      return connected();
    },
    get waiting() {
      return waiting();
    },
    async connect(patienceMs, signal) {
      const spreadMs = (specs.length * 1_000) / options.connectsPerS;
      cancelConnecting = startPacer({
        clock,
        startMs: clock.monotonic(),
        dueMs: (turn) => (turn < specs.length ? (turn * 1_000) / options.connectsPerS : Infinity),
        durationMs: spreadMs,
        onTurn: (index) => devices[index]?.start(),
        onDone: () => {},
      });
      await until(() => signal.aborted || connected() >= hopeful, spreadMs + patienceMs);
    },
    run(startAt) {
      start = startAt;
      return new Promise((resolve) => {
        let cancel: Cancel = () => {};
        halt = () => {
          isRunning = false;
          cancel();
          resolve();
        };
        cancel = options.window === undefined ? runOpen(halt) : runClosed(options.window, halt);
      });
    },
    halt: () => halt(),
    cutAll() {
      for (const device of devices) device.cut();
    },
    async drain(timeoutMs) {
      const cancel = clock.every(DEAD_AFTER_SCHEDULE_MS, () => {
        for (const device of devices) device.dropDeadConnection();
      });
      await until(() => waiting() === 0, timeoutMs);
      cancel();
    },
    async stop() {
      halt();
      cancelConnecting();
      await Promise.all(devices.map((device) => device.stop()));
    },
  };
}
