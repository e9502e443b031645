import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { ComponentProcess, type ComponentName, type Main } from './component-process.ts';

export interface Supervised extends Service {
  readonly ports: Readonly<Record<string, number>>;
  /** Of the process that runs now. */
  readonly pid: number | undefined;
}

export interface SuperviseOptions {
  readonly component: ComponentName;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted while it comes up: it is told to stop, and does not. */
  readonly signal: AbortSignal | undefined;
  /** Another program than the component's own; for tests. */
  readonly main?: Main;
}

const RESTART_PAUSE_MS = 1_000;
/** Of one that ends again before it is up. */
const RESTART_PAUSE_MAX_MS = 8_000;
/** A component drains in less; one that does not is stuck. */
const STOP_WITHIN_MS = 30_000;

/**
 * Starts a component and starts it anew whenever it ends, as an orchestrator does, on the ports that it had. Resolves once it is up. A
 * configuration that it came up with once is not wrong: where it says so later (exit code 2), an engine is away, and comes back.
 * @throws ComponentEnded where it does not come up the first time
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { component, onLine, clock, logger, signal, main } = options;
  const stopping = new AbortController();
  let current = new ComponentProcess(component, options.environment, onLine, main);
  const giveUp = (): void => void current.end('SIGTERM');
  signal?.addEventListener('abort', giveUp, { once: true });
  const ports = await current.ready.finally(() => signal?.removeEventListener('abort', giveUp));
  const environment = { ...options.environment, ...portSettings(ports) };

  const watch = async (): Promise<void> => {
    let pauseMs = RESTART_PAUSE_MS;
    for (;;) {
      const { exitCode } = await current.ended;
      if (stopping.signal.aborted) return;
      logger.warn({ component, exit_code: exitCode }, 'a component ended; starting it anew');
      await clock.sleep(pauseMs, stopping.signal);
      if (stopping.signal.aborted) return;
      current = new ComponentProcess(component, environment, onLine, main);
      const isUp = await current.ready.then(
        () => true,
        () => false,
      );
      pauseMs = isUp ? RESTART_PAUSE_MS : Math.min(2 * pauseMs, RESTART_PAUSE_MAX_MS);
    }
  };
  const watching = watch();

  const stop = async (): Promise<void> => {
    stopping.abort();
    const wasRunning = current.isRunning;
    const cancel = clock.after(STOP_WITHIN_MS, () => void current.end('SIGKILL'));
    const { exitCode } = await current.end('SIGTERM');
    cancel();
    await watching;
    if (wasRunning && exitCode !== 0)
      throw new Error(`${component} ended with ${exitCode ?? 'a signal'} instead of draining`);
  };
  let stopped: Promise<void> | undefined;
  return {
    name: component,
    ports,
    get pid() {
      return current.pid;
    },
    stop: () => (stopped ??= stop()),
  };
}

const SETTINGS: Readonly<Record<string, string>> = {
  mqtt: 'MQTT_PORT',
  mqtts: 'MQTT_TLS_PORT',
  http: 'HTTP_PORT',
  health: 'HEALTH_PORT',
};

const portSettings = (ports: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [SETTINGS[name] ?? name, String(port)]));
