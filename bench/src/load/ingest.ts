/** One way into Kafka under load: what arrives there, what it costs, and when the devices heard. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { startLoad, type Load } from './load.ts';

export interface IngestPath {
  readonly mqttPort: number;
  readonly tokens: readonly string[];
  readonly window: number;
  readonly readingsPerMessage: number;
  readonly devicePrefix: string;
  /** Where the readings arrive. */
  readonly topic: string;
  /** What is acknowledged before it is in Kafka waits somewhere: at most so many messages may. null where a PUBACK says that it is there. */
  readonly ahead: number | null;
  /** CPU seconds so far, by process. */
  readonly cpu: Readonly<Record<string, () => number>>;
}

export interface IngestResult {
  /** Into Kafka. */
  readonly perSecond: number;
  readonly cpuMicros: Readonly<Record<string, number>>;
  readonly loadCpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const LOOK_MS = 20;

export async function measureIngest(
  path: IngestPath,
  log: EventLog,
  times: { readonly warmUpMs: number; readonly seconds: number },
): Promise<IngestResult> {
  const arrived = async (): Promise<number> =>
    (await log.bounds(path.topic)).reduce((sum, { next }) => sum + next, 0);
  const before = await arrived();
  const load = await startLoad({ ...path, port: path.mqttPort, allowed: path.ahead });
  const leash = new AbortController();
  const leashed =
    path.ahead === null
      ? undefined
      : hold(load, path.ahead, async () => (await arrived()) - before, leash.signal);
  try {
    await sleep(times.warmUpMs);
    load.resetLatencies();
    const cpuBefore = Object.entries(path.cpu).map(([name, seconds]) => [name, seconds()] as const);
    const loadBefore = load.cpuSeconds();
    const startMs = performance.now();
    const readingsBefore = await arrived();
    await sleep(times.seconds * 1000);
    const readings = (await arrived()) - readingsBefore;
    const took = (performance.now() - startMs) / 1000;
    const micros = (seconds: number): number => (seconds / readings) * 1e6;
    const cpuMicros = Object.fromEntries(
      cpuBefore.map(([name, seconds]) => [name, micros((path.cpu[name]?.() ?? 0) - seconds)]),
    );
    const loadCpuMicros = micros(load.cpuSeconds() - loadBefore);
    const { p50Ms, p99Ms } = await load.report();
    return { perSecond: readings / took, cpuMicros, loadCpuMicros, p50Ms, p99Ms };
  } finally {
    leash.abort();
    await load.stop();
    await leashed;
  }
}

/** Lets the load send what is in Kafka and `ahead` messages more. */
async function hold(
  load: Load,
  ahead: number,
  arrived: () => Promise<number>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    load.allow((await arrived()) + ahead);
    await sleep(LOOK_MS);
  }
}
