import type { Ports } from '@vitalwire/core/ports/ports.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { afterEach, beforeEach } from 'vitest';
import { applyCondition } from '../src/conditions/apply.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { alertEngineMetrics } from '../src/metrics.ts';
import type { AlertEngine } from '../src/start.ts';
import { startEngine, tokenFor, type EngineOptions } from './engine.ts';
import { openPorts } from './ports.ts';
import { sampleCondition } from './samples.ts';

type OpenPorts = Awaited<ReturnType<typeof openPorts>>;

export interface EngineOfEachTest {
  readonly ports: OpenPorts;
  /** The one started last. */
  readonly engine: AlertEngine;
  /** A nurse's, of West. */
  readonly token: string;
  readonly start: (options?: EngineOptions, on?: Ports) => Promise<void>;
  /** Ended with the test, what came last first. */
  readonly atEnd: (end: () => unknown) => void;
  /** An alert in the store, past the log of conditions. */
  readonly raise: (
    patientId: string,
    region?: string,
    changes?: Parameters<typeof sampleCondition>[0],
  ) => ReturnType<typeof applyCondition>;
}

/** Gives each test of the file ports of its own, and ends with it what was started on them. */
export function engineOfEachTest(): EngineOfEachTest {
  const metrics = alertEngineMetrics(createRegistry('test'));
  const ends: (() => unknown)[] = [];
  let ports: OpenPorts;
  let engine: AlertEngine;
  let token: string;

  beforeEach(async () => {
    ports = await openPorts();
    token = await tokenFor('nurse');
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await ports.close();
  });

  return {
    get ports() {
      return ports;
    },
    get engine() {
      return engine;
    },
    get token() {
      return token;
    },
    async start(options = {}, on = ports) {
      const started = await startEngine(on, options);
      engine = started;
      ends.push(() => started.stop());
    },
    atEnd: (end) => void ends.push(end),
    raise: (patientId, region = 'West', changes = {}) =>
      applyCondition(
        sampleCondition({ patientId, region, ...changes }),
        ports.alerts,
        systemClock,
        metrics,
        () => DEFAULT_POLICY,
      ),
  };
}
