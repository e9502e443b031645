import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { signStaffToken, type Role } from '@vitalwire/core/identity/token.ts';
import type { Ports } from '@vitalwire/core/ports/ports.ts';
import { systemClock, type Clock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { DEFAULT_BOUNDS, type AlertEngineBounds, type AlertEngineConfig } from '../src/config.ts';
import { startAlertEngine, type AlertEngine } from '../src/start.ts';
import { PARTITIONS } from './ports.ts';

export const SECRET = 'a secret of the tests, long enough to sign with';
export const REGIONS = ['West', 'Midwest'];

export const alarmSettings = parseAlarmSettings(
  readFileSync(fileURLToPath(new URL('../../core/config/alarms.yaml', import.meta.url)), 'utf8'),
);

export const tokenFor = (role: Role, regions: readonly string[] = ['West'], expiresIn = '1h') =>
  signStaffToken({ name: `${role} Ann`, role, regions }, SECRET, expiresIn);

export function engineConfig(
  bounds: Partial<AlertEngineBounds> = {},
  changes: Partial<AlertEngineConfig> = {},
): AlertEngineConfig {
  return {
    host: '127.0.0.1',
    port: 0,
    staffSecret: SECRET,
    regions: REGIONS,
    alarmSettings,
    stationRoot: undefined,
    bounds: { ...DEFAULT_BOUNDS, heartbeatMs: 100, ...bounds },
    ...changes,
  };
}

export interface EngineOptions {
  readonly bounds?: Partial<AlertEngineBounds>;
  readonly changes?: Partial<AlertEngineConfig>;
  readonly clock?: Clock;
}

export function startEngine(ports: Ports, options: EngineOptions = {}): Promise<AlertEngine> {
  const registry = createRegistry('test');
  return startAlertEngine(engineConfig(options.bounds, options.changes), {
    ports,
    clock: options.clock ?? systemClock,
    logger: createLogger('test', 'silent'),
    registry,
    exposition: registry,
    dependencies: [],
    random: () => 0.5,
  });
}

/** Does what the alerting pipeline does to be believed; returns what ends it. */
export function keepPulse(ports: Ports, lagRecords = 0): () => void {
  const beat = (): void => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      void ports.live.publishPulse({ partition, atMs: Date.now(), lagRecords });
    }
  };
  beat();
  return systemClock.every(50, beat);
}
