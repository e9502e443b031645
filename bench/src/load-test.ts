/** A load test as its users run it (`npm run simulate`), in this process, with what the deployment took meanwhile. */
import { spareFullCollections } from '@vitalwire/core/runtime/full-collections.ts';
import { createCommand } from '@vitalwire/device-simulator/cli/arguments.ts';
import { HEAP_GROWTH_PERCENT } from '@vitalwire/device-simulator/cli/heap-growth.ts';
import { planRun } from '@vitalwire/device-simulator/cli/plan.ts';
import { run } from '@vitalwire/device-simulator/cli/run.ts';
import { sharedClock } from '@vitalwire/device-simulator/fleet/shared-clock.ts';
import type { Report } from '@vitalwire/device-simulator/report/report.ts';
import { renderVerdict } from '@vitalwire/device-simulator/report/text.ts';
import { DEVICE_JWT_SECRET, startDeployment } from './deployment.ts';
import { watchLag, type Lag } from './pipeline-lag.ts';
import { median } from './results.ts';

/** What a process took, from the end of the warm-up to the end of the load. */
export interface Usage {
  readonly cpuMicrosecondsPerReading: number;
  readonly cpuShare: number;
  /** Medians of the first and the last fifth of that time. */
  readonly memoryMiB: { readonly early: number; readonly late: number };
}

export interface LoadTest extends Usage {
  readonly report: Report;
  readonly lag: {
    readonly most: Lag;
    /** With the verdict: where it is 0, what an acknowledged reading's audit did not find is lost; else it may be late. */
    readonly atEnd: Lag;
  };
}

/** A process that can be asked what it took so far. */
export interface Measured {
  cpuSeconds(): number;
  memoryMiB(): number;
}

interface Sample {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
}

const SAMPLE_MS = 500;
/** A process that has just started compiles its code and meets every patient for the first time. */
export const WARM_UP_S = 10;
/** From so many devices on the gateway has a thread of its own, and what is young more room, as docs/operations.md advises. */
const THREAD_FROM_DEVICES = 4_000;
const THREADED = {
  environment: { GATEWAY_THREAD: 'true' },
  nodeOptions: ['--max-semi-space-size=64', '--v8-pool-size=1'],
};
const SHARED = { environment: {}, nodeOptions: [] };
/**
 * After the load, for what is late: once for stations to show it, and once for the stores to have it; less where all is there sooner. A deployment
 * that has not caught up by then is told as one that is behind.
 */
const SETTLE_S = 300;
/** Patients of whom some fall ill within the first minute, whatever the length of the run. */
const MIX = 'stable=0.8,desaturation=0.1,hypotension=0.1';

/**
 * Devices at 1 Hz against an embedded deployment of the test's own, with a ledger and a station. `seconds` come on top of the warm-up. Which
 * promises were broken, and by what, is noted.
 */
export async function loadTest(
  devices: number,
  seconds: number,
  note: (text: string) => void,
): Promise<LoadTest> {
  const { environment, nodeOptions } = devices < THREAD_FROM_DEVICES ? SHARED : THREADED;
  const deployment = await startDeployment(environment, nodeOptions);
  const watch = watchLag(deployment.httpUrl, sharedClock);
  try {
    const args = {
      url: deployment.mqttUrl,
      api: deployment.httpUrl,
      devices: String(devices),
      duration: `${WARM_UP_S + seconds}s`,
      mix: MIX,
      settle: `${SETTLE_S}s`,
      'late-after': '10s',
    };
    const { report, ...usage } = await runTester(args, deployment.staffToken, deployment);
    const atEnd = await watch.end();
    if (report.verdict?.is_kept === false) note(`${renderVerdict(report.verdict)}\n  ${lateOrLost(atEnd)}`);
    return { report, ...usage, lag: { most: watch.most, atEnd } };
  } finally {
    await deployment.stop();
  }
}

/** `npm run simulate` with these options, in this process, and what `measured` took meanwhile. */
export async function runTester(
  options: Readonly<Record<string, string>>,
  staffToken: string,
  measured: Measured,
): Promise<Usage & { readonly report: Report }> {
  const reported = Promise.withResolvers<Report>();
  const command = createCommand(async (given) => {
    const plan = await planRun(given, { DEVICE_JWT_SECRET, STAFF_TOKEN: staffToken });
    const progress = { isTty: false, columns: () => 80, write: () => {} };
    reported.resolve(await run(plan, { clock: sharedClock, signal: new AbortController().signal, progress }));
  });
  const undo = spareFullCollections(HEAP_GROWTH_PERCENT);
  const samples: Sample[] = [];
  const sampling = sharedClock.every(SAMPLE_MS, () => samples.push(sampleOf(measured)));
  try {
    await command.parseAsync(
      Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      { from: 'user' },
    );
    const report = await reported.promise;
    return { report, ...usageOf(samples, report) };
  } finally {
    sampling();
    undo();
  }
}

const sampleOf = (measured: Measured): Sample => ({
  atMs: sharedClock.now(),
  cpuSeconds: measured.cpuSeconds(),
  memoryMiB: measured.memoryMiB(),
});

const lateOrLost = ({ alerting, storage }: Lag): string =>
  alerting + storage === 0
    ? 'the pipelines have taken in all there is by now: what is missing was not there when its device was audited, or is lost'
    : `${storage} readings are still to be stored and ${alerting} to be looked at for alarms: so many of what is missing are late, not lost`;

function usageOf(samples: readonly Sample[], report: Report): Usage {
  const startMs = Date.parse(report.started_at);
  const fromMs = startMs + WARM_UP_S * 1_000;
  const within = samples.filter(({ atMs }) => atMs >= fromMs && atMs <= startMs + report.duration_s * 1_000);
  const [first, last] = [within.at(0), within.at(-1)];
  if (!first || !last || first === last) throw new RangeError('the load was too short to be measured');
  const cpuSeconds = last.cpuSeconds - first.cpuSeconds;
  const tookS = (last.atMs - first.atMs) / 1_000;
  const fifth = Math.ceil(within.length / 5);
  const memory = (part: readonly Sample[]): number => median(part.map(({ memoryMiB }) => memoryMiB));
  return {
    cpuMicrosecondsPerReading: (cpuSeconds / (tookS * (report.made / report.duration_s))) * 1e6,
    cpuShare: cpuSeconds / tookS,
    memoryMiB: { early: memory(within.slice(0, fifth)), late: memory(within.slice(-fifth)) },
  };
}

/** What the ledger found broken, all promises together; 0 is a clean one. */
export const brokenIn = ({ verdict, made, acknowledged }: Report): number =>
  (verdict?.promises ?? []).reduce((sum, { broken }) => sum + broken, 0) + (made - acknowledged);
