import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { AlertEngineNode } from './components/alert-engine.ts';
import { GatewayNode } from './components/gateway.ts';
import { alertingMember, storageMember, type PortsOf } from './components/pipelines.ts';
import { REGION, createEngines, portsOf, type Engines } from './components/ports.ts';
import { Station } from './components/station.ts';
import { anyClock } from './devices/any-clock.ts';
import { Device } from './devices/device.ts';
import type { Ledger } from './devices/ledger.ts';
import { Patient } from './devices/patient.ts';
import { judge } from './oracle/judge.ts';
import { disturb } from './disturbances.ts';
import { Dice } from './world/dice.ts';
import { Faults } from './world/faults.ts';
import type { Process } from './world/process.ts';
import { Story } from './world/story.ts';
import type { Supervised } from './world/supervised.ts';
import type { World } from './world/world.ts';

export interface SimulationOptions {
  /** True time that passes while things go wrong. */
  readonly minutes: number;
  /** How many calls of a port are a process's last; undefined leaves it to the seed. */
  readonly crashesPerCall: number | undefined;
  /** Told line by line what happens. */
  readonly trace: ((line: string) => void) | undefined;
  /** Makes the ports of a process worse than they are: how a known bug is put in. */
  readonly mutate: ((process: Process, ports: ReturnType<PortsOf>) => ReturnType<PortsOf>) | undefined;
}

export interface Outcome {
  readonly seed: number;
  /** Empty where every promise held. */
  readonly violations: readonly string[];
  readonly readings: number;
  readonly conditions: number;
  readonly crashes: number;
}

export interface Ward {
  readonly engines: Engines;
  readonly ledger: Ledger;
  readonly devices: readonly Device[];
  readonly stations: readonly Station[];
  readonly servers: readonly Supervised[];
  readonly alertEngines: readonly AlertEngineNode[];
  /** What is older at its arrival is history. */
  readonly liveWithinMs: number;
}

export const DEFAULT_OPTIONS: SimulationOptions = {
  minutes: 5,
  crashesPerCall: undefined,
  trace: undefined,
  mutate: undefined,
};

/** Eight minutes before noon, so that windows of both tiers end on the way. */
const START_MS = Date.UTC(2026, 0, 1, 11, 52);

/** Long enough for a last resend, for open windows to be refreshed and for silence to be noticed. */
const SETTLE_MS = 120_000;

/** A reminder that falls due at the very end is still on its way to the stations. */
const UNDERWAY_MS = 3_000;

/** Runs the whole system on one seed and judges what came of it. The same seed gives the same story, to the millisecond. */
export async function simulate(seed: number, options: SimulationOptions = DEFAULT_OPTIONS): Promise<Outcome> {
  const dice = new Dice(seed);
  // Half of the time measurements fall on the edges of windows.
  const beginsAfterMs = dice.chance(0.5) ? dice.integer(0, 96) * 5_000 : dice.integer(0, 8 * 60_000);
  const clock = new ManualClock(START_MS + beginsAfterMs);
  const violations: string[] = [];
  let crashes = 0;
  const world: World = {
    seed,
    clock,
    dice,
    faults: new Faults(dice.fork(), {
      crash: options.crashesPerCall ?? dice.pick([0, 0.0005, 0.002, 0.006]),
      error: dice.pick([0, 0.005, 0.03]),
      slow: dice.pick([0.005, 0.03]),
      slowMsMax: dice.pick([100, 2_000, 8_000]),
    }),
    story: new Story(clock, options.trace),
    violated: (violation) => violations.push(violation),
    crashed: () => crashes++,
  };
  const ward = build(world, options, clock.now());
  for (const one of [...ward.servers, ...ward.devices, ...ward.stations]) one.start();
  disturb(world, ward, options.minutes);
  await clock.advance(options.minutes * 60_000);

  world.story.tell('world', () => 'everything is well from now on');
  world.faults.armed = false;
  for (const device of ward.devices) {
    device.stopMeasuring();
    device.holdBack(0);
    device.setReachable(true);
  }
  for (let waited = 0; waited < 60 && !ward.devices.every((device) => device.outboxEmpty); waited++) {
    await clock.advance(2_000);
  }
  await clock.advance(SETTLE_MS);
  const toldAtMs = (): number => ward.engines.alerts.eventsOf(REGION).at(-1)?.event.atMs ?? 0;
  for (let waited = 0; waited < 10 && clock.now() - toldAtMs() < UNDERWAY_MS; waited++) {
    await clock.advance(UNDERWAY_MS);
  }
  violations.push(...judge(ward, clock.now()));
  return {
    seed,
    violations,
    readings: ward.ledger.size,
    conditions: ward.engines.log.records('alerts.conditions').length,
    crashes,
  };
}

function build(world: World, options: SimulationOptions, startMs: number): Ward {
  const { dice } = world;
  const engines = createEngines(world, dice.integer(1, 3));
  const ports: PortsOf = (process: Process) => {
    const own = portsOf(engines, process);
    return options.mutate?.(process, own) ?? own;
  };
  const names = (kind: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
  // A short one makes history of what a cut held back.
  const liveWithinMs = dice.pick([45_000, 300_000]);
  // The longer, the more is read again after a death.
  const checkpointEveryMs = dice.pick([5_000, 20_000]);
  const gateways = names('gateway', 2).map((name) => new GatewayNode(name, world, ports));
  const alerting = names('alerting', dice.integer(1, 2)).map((name) =>
    alertingMember(name, world, ports, { liveWithinMs, checkpointEveryMs }),
  );
  const storage = names('storage', dice.integer(1, 2)).map((name) =>
    storageMember(name, world, ports, { checkpointEveryMs }),
  );
  const alertEngines = names('alert-engine', dice.integer(1, 2)).map(
    (name) => new AlertEngineNode(name, world, ports),
  );
  const ledger: Ledger = new Map();
  const devices = names('P', dice.integer(2, 4)).flatMap((patientId) => {
    const patient = new Patient(patientId, dice.fork(), startMs, options.minutes);
    const count = dice.chance(0.2) ? 2 : 1;
    return names(`monitor-${patientId}`, count).map((deviceId) => {
      const intervalMs = dice.pick([2_000, 2_500, 5_000]);
      const clockOffsetMs = anyClock(dice);
      return new Device({ deviceId, patient, intervalMs, clockOffsetMs }, world, gateways, ledger);
    });
  });
  const stations = names('station', 2).map((name) => new Station(name, world, alertEngines));
  return {
    engines,
    ledger,
    devices,
    stations,
    alertEngines,
    liveWithinMs,
    servers: [...gateways, ...alerting, ...storage, ...alertEngines],
  };
}
