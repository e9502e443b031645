import { readFileSync } from 'node:fs';
import { parseAlarmSettings, type AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { InProcessLiveBus } from '@vitalwire/core/adapters/in-process/live-bus.ts';
import type { LiveVitals } from '@vitalwire/core/ports/live-bus.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Ports as AllPorts } from '@vitalwire/core/ports/ports.ts';
import { SimulatedAlerts } from '../stores/alert-store.ts';
import { SimulatedCheckpoints } from '../stores/checkpoint-store.ts';
import { SimulatedLog } from '../stores/event-log.ts';
import { SimulatedAnalytics, SimulatedTimeSeries } from '../stores/time-series.ts';
import type { Process } from '../world/process.ts';
import { SILENCE } from '../world/silence.ts';
import type { World } from '../world/world.ts';

export const REGION = 'West';
export const FUTURE_TOLERANCE_MS = 60_000;

/** The alarm settings that come with Vitalwire. */
export const SETTINGS: AlarmSettings = parseAlarmSettings(
  readFileSync(new URL('../../../core/config/alarms.yaml', import.meta.url), 'utf8'),
);

export type Ports = Omit<AllPorts, 'directory'>;

/** The engines: what has reached them outlives every process. */
export interface Engines {
  readonly log: SimulatedLog;
  readonly checkpoints: SimulatedCheckpoints;
  readonly timeSeries: SimulatedTimeSeries;
  readonly analytics: SimulatedAnalytics;
  readonly alerts: SimulatedAlerts;
  readonly live: InProcessLiveBus;
  /** Everything screens were told of vitals that has rolling aggregates. */
  readonly toldLive: readonly LiveVitals[];
}

export function createEngines(world: World, partitions: number): Engines {
  const live = new InProcessLiveBus({ clock: world.clock, logger: SILENCE });
  const toldLive: LiveVitals[] = [];
  void live.subscribe({
    vitals: (updates) => toldLive.push(...updates.filter(({ rolling }) => rolling !== undefined)),
    presence: () => {},
    pulse: () => {},
  });
  return {
    log: new SimulatedLog(partitions, world.clock),
    checkpoints: new SimulatedCheckpoints(),
    timeSeries: new SimulatedTimeSeries(),
    analytics: new SimulatedAnalytics(),
    alerts: new SimulatedAlerts(),
    live,
    toldLive,
  };
}

/** The engines as one process reaches them. */
export function portsOf(engines: Engines, process: Process): Ports {
  return {
    log: engines.log.port(process),
    checkpoints: process.wrap(engines.checkpoints, 'checkpoints'),
    timeSeries: process.wrap(engines.timeSeries, 'timeSeries'),
    analytics: process.wrap(engines.analytics, 'analytics'),
    alerts: alertsPort(engines.alerts, process),
    live: process.wrap(engines.live, 'live', ['subscribe']),
  };
}

/** A dead process is told of nothing. */
function alertsPort(alerts: SimulatedAlerts, process: Process): AlertStore {
  const port: AlertStore = process.wrap(alerts, 'alerts', ['onCommit', 'settled', 'onLost']);
  return new Proxy(port, {
    get: (target, key, receiver) =>
      key === 'onCommit'
        ? (wake: (region: string) => void) => alerts.onCommit((region) => process.dead || wake(region))
        : (Reflect.get(target, key, receiver) as unknown),
  });
}
