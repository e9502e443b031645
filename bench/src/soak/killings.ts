import { killEngine, startEngine } from '@vitalwire/engines/engines.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import type { Component, MortalDeployment } from './deployment.ts';

export const VICTIMS = [
  'main',
  'ingest-gateway',
  'alerting',
  'storage',
  'alert-engine',
  'redis',
  'kafka',
  'influxdb',
  'cassandra',
] as const;
export type Victim = (typeof VICTIMS)[number];
const ENGINES: ReadonlySet<Victim> = new Set(['redis', 'kafka', 'influxdb', 'cassandra']);

/** What can be killed of a deployment in one process. */
export const EMBEDDED_VICTIMS: readonly Victim[] = ['main'];

export interface KillingOptions {
  readonly victims: readonly Victim[];
  /** From when the deployment monitors again after one victim to the next one's death. */
  readonly pauseMs: number;
  /** How long an engine is away before it is started again. */
  readonly engineAwayMs: number;
  /** Aborted when no further victim may be taken. */
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** Kills one victim after another, round and round, until the signal; resolves with how often, once the last is back. */
export async function killInTurn(deployment: MortalDeployment, options: KillingOptions): Promise<number> {
  const { victims, pauseMs, engineAwayMs, signal, note } = options;
  for (let deaths = 0; ; deaths++) {
    await systemClock.sleep(pauseMs, signal);
    const victim = victims[deaths % victims.length];
    if (signal.aborted || victim === undefined) return deaths;
    const startedMs = systemClock.monotonic();
    note(`kill -9 ${victim}`);
    if (victim === 'main') await deployment.killMain();
    else if (ENGINES.has(victim)) {
      await killEngine(victim);
      await systemClock.sleep(engineAwayMs);
      await startEngine(victim);
    } else await deployment.killComponent(victim as Component);
    await deployment.vouchedFor();
    note(`${victim} is back after ${((systemClock.monotonic() - startedMs) / 1_000).toFixed(1)} s`);
  }
}
