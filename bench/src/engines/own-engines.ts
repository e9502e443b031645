/** Kafka and Redis of the bench's own: fresh, on free ports, in a folder that goes with them. */
import { ownEngines } from '@vitalwire/engines/own-engines.ts';
import { cpuSeconds } from './cpu.ts';

export type OwnEngine = 'kafka' | 'redis';

export interface OwnEngines {
  /** What components need to reach them; the databases named are absent ones. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cpuSeconds: (engine: OwnEngine) => number;
  stop(): Promise<void>;
}

/** The alert engine does without the databases, and they are no part of the way of an alert: port 1 refuses at once. */
const ABSENT_DATABASES = {
  INFLUX_URL: 'http://127.0.0.1:1',
  INFLUX_TOKEN: 'absent',
  CASSANDRA_CONTACT_POINTS: '127.0.0.1:1',
  CASSANDRA_LOCAL_DC: 'Northeast',
} as const;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const INTERRUPTED = 130;

export async function startOwnEngines(note: (text: string) => void): Promise<OwnEngines> {
  const engines = await ownEngines({
    owner: 'bench-engines',
    engines: ['kafka', 'redis'],
    nodes: {},
    report: note,
  });
  const interrupted = (): void => void stop().finally(() => process.exit(INTERRUPTED));
  const stop = async (): Promise<void> => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await engines.stop();
  };
  // Engines run detached: whoever interrupts the bench means them too.
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const environment = { ...ABSENT_DATABASES, ...(await engines.start()) };
    const pids = new Map((await engines.supervisor.status()).map(({ engine, pid }) => [engine, pid]));
    return { environment, cpuSeconds: (engine) => cpuSeconds(pids.get(engine) ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
