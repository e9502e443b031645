/** The engines that a measurement runs on: those that the environment names, else fresh ones of its own. */
import { enginesToProvision, ownEngines } from '@vitalwire/engines/own-engines.ts';
import { cpuSeconds } from './cpu.ts';

export type EngineUsed = 'kafka' | 'redis' | 'cassandra' | 'influxdb';

export interface RunEngines {
  /** What components need to reach them; databases that are not among them are absent ones. */
  readonly environment: Readonly<Record<string, string>>;
  /** NaN where the engine is not one of this machine's processes that were started here. */
  readonly cpuSeconds: (engine: EngineUsed) => number;
  stop(): Promise<void>;
}

/** The alert engine does without the databases, and they are no part of the way of an alert: port 1 refuses at once. */
const ABSENT_DATABASES = {
  INFLUX_URL: 'http://127.0.0.1:1',
  INFLUX_TOKEN: 'absent',
  CASSANDRA_CONTACT_POINTS: '127.0.0.1:1',
  CASSANDRA_LOCAL_DC: 'Northeast',
} as const;

/** The settings by which a component finds its engines; `KAFKA_BROKERS` among them says that the environment names some. */
const ENGINE_SETTING = /^(KAFKA|REDIS|INFLUX|CASSANDRA)_/;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const INTERRUPTED = 130;

const environmentNamesThem = (): boolean => Boolean(process.env['KAFKA_BROKERS']);

/** Programs of engines that would have to be downloaded or built before anything could run on them. */
export const enginesMissing = (): readonly string[] => (environmentNamesThem() ? [] : enginesToProvision());

export function runEngines(
  engines: readonly EngineUsed[],
  note: (text: string) => void,
): Promise<RunEngines> {
  if (!environmentNamesThem()) return startOwn(engines, note);
  const named = Object.entries(process.env).filter(([name]) => ENGINE_SETTING.test(name));
  const environment = { ...ABSENT_DATABASES, ...(Object.fromEntries(named) as Record<string, string>) };
  note(`on the engines of the environment (${named.map(([name]) => name).join(', ')})`);
  return Promise.resolve({ environment, cpuSeconds: () => NaN, stop: async () => {} });
}

async function startOwn(engines: readonly EngineUsed[], note: (text: string) => void): Promise<RunEngines> {
  const own = await ownEngines({ owner: 'bench-engines', engines, nodes: {}, report: note });
  const interrupted = (): void => void stop().finally(() => process.exit(INTERRUPTED));
  const stop = async (): Promise<void> => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await own.stop();
  };
  // Engines run detached: whoever interrupts the bench means them too.
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const environment = { ...ABSENT_DATABASES, ...(await own.start()) };
    const pids = new Map((await own.supervisor.status()).map(({ engine, pid }) => [engine, pid]));
    return { environment, cpuSeconds: (engine) => cpuSeconds(pids.get(engine) ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
