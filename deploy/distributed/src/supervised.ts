import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { ComponentEnded, ComponentProcess, type ComponentName } from './component-process.ts';

export interface Supervised extends Service {
  readonly ports: Readonly<Record<string, number>>;
  /** Never resolves; rejects when the component says that its configuration is wrong. */
  readonly failed: Promise<never>;
}

export interface SuperviseOptions {
  readonly component: ComponentName;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MISCONFIGURED = 2;
const RESTART_PAUSE_MS = 1_000;
/** A component drains in less; one that does not is stuck. */
const STOP_WITHIN_MS = 30_000;

/**
 * Starts a component and starts it anew whenever it ends, as an orchestrator does, on the ports that it had. Resolves once it is up.
 * @throws ComponentEnded where it does not come up the first time
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { component, onLine, clock, logger } = options;
  const stopping = new AbortController();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let current = new ComponentProcess(component, options.environment, onLine);
  const ports = await current.ready;
  const environment = { ...options.environment, ...portSettings(ports) };

  const watch = async (): Promise<void> => {
    for (;;) {
      const { exitCode } = await current.ended;
      if (stopping.signal.aborted) return;
      if (exitCode === MISCONFIGURED) return failure.reject(new ComponentEnded(component, exitCode));
      logger.warn({ component, exit_code: exitCode }, 'a component ended; starting it anew');
      await clock.sleep(RESTART_PAUSE_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      current = new ComponentProcess(component, environment, onLine);
    }
  };
  const watching = watch();

  const stop = async (): Promise<void> => {
    stopping.abort();
    const cancel = clock.after(STOP_WITHIN_MS, () => void current.end('SIGKILL'));
    await current.end('SIGTERM');
    cancel();
    await watching;
  };
  let stopped: Promise<void> | undefined;
  return { name: component, ports, failed: failure.promise, stop: () => (stopped ??= stop()) };
}

const SETTINGS: Readonly<Record<string, string>> = {
  mqtt: 'MQTT_PORT',
  http: 'HTTP_PORT',
  health: 'HEALTH_PORT',
};

const portSettings = (ports: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [SETTINGS[name] ?? name, String(port)]));
