import { flushCompileCache } from 'node:module';
import { systemClock, type Clock } from './clock.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { messageOf } from './errors.ts';
import { createLogger, type Logger } from './logger.ts';
import { createRegistry, type Registry } from './metrics.ts';
import { stopAll, type Service } from './service.ts';

export interface ComponentContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Notes what was started, so that it is stopped in reverse, also where a later start fails. */
  readonly started: (service: Service) => void;
}

export interface StartedComponent {
  /** Never resolves; rejects when the process should end and be started anew. */
  readonly failed: Promise<never>;
  /** The ports that are listened on, by what they serve; told to a parent process. */
  readonly ports: Readonly<Record<string, number>>;
}

/** What a component tells the process that forked it once it is up. */
export interface ReadyMessage {
  readonly ready: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** Exit codes: 0 after draining, 1 for a failure that a new start may mend, 2 for a configuration that somebody must mend. */
const FAILED = 1;
const MISCONFIGURED = 2;
/** Each part's share of the 30 s that an orchestrator waits; a database that hangs takes 10 s of it. */
const STOP_EACH_MS = 12_000;

/** The whole of a component's `main.ts`: configuration, signals, exit code. A parent that goes away is a signal too. */
export async function runComponent(
  name: string,
  start: (context: ComponentContext) => Promise<StartedComponent>,
): Promise<void> {
  const running: Service[] = [];
  let logger: Logger | undefined;
  let config: Config | undefined;
  let ending: Promise<never> | undefined;
  const end = (reason: string, exitCode: number): Promise<never> =>
    (ending ??= (async () => {
      logger?.info({ reason }, 'stopping');
      const options = { logger: logger!, clock: systemClock, eachMs: STOP_EACH_MS };
      const clean = await stopAll([...running].reverse(), options);
      return process.exit(clean ? exitCode : exitCode || FAILED);
    })());
  try {
    config = readConfig(process.env, name);
    logger = createLogger(name, config.LOG_LEVEL);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(signal, 0));
    if (process.connected) process.once('disconnect', () => void end('the parent is gone', 0));
    const registry = createRegistry(name);
    const started = (service: Service): void => void running.push(service);
    const component = await start({ config, clock: systemClock, logger, registry, started });
    component.failed.catch((error: unknown) => {
      logger?.fatal({ err: error }, 'failed for good');
      void end('failure', FAILED);
    });
    logger.info(component.ports, 'ready');
    const ready: ReadyMessage = { ready: name, ports: component.ports };
    process.send?.(ready);
    // Where `NODE_COMPILE_CACHE` is set: left to the exit, a process that is killed would have written nothing.
    flushCompileCache();
  } catch (error) {
    // Told to stop before it was up: what failed then failed for that.
    if (ending) return ending;
    const line = misconfiguration(error, config);
    if (line !== undefined) console.error(line);
    else if (logger) logger.fatal({ err: error }, 'did not start');
    else console.error(error);
    const exitCode = line === undefined ? FAILED : MISCONFIGURED;
    if (logger) await end('did not start', exitCode);
    else process.exit(exitCode);
  }
}

const PORT_SETTINGS = ['MQTT_PORT', 'MQTT_TLS_PORT', 'HTTP_PORT', 'HEALTH_PORT'] as const;

/** What somebody must mend, a line each; undefined where it is no matter of configuration. */
function misconfiguration(error: unknown, config: Config | undefined): string | undefined {
  if (error instanceof ConfigError) return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const setting = PORT_SETTINGS.find((name) => config?.[name] === port) ?? 'HOST';
    return `${setting}: ${messageOf(error)}`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: ${messageOf(error)}`;
  return undefined;
}
