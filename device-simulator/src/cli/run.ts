import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { memoryUsage, version } from 'node:process';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { startNow, type RunStart } from '../fleet/fleet.ts';
import { startShardedFleet, type ShardedFleet } from '../fleet/sharded-fleet.ts';
import { Schedule } from '../load/schedule.ts';
import { BlockScreen, renderBlock, renderLine, type Snapshot } from '../report/progress.ts';
import { objectivesOf, type Report } from '../report/report.ts';
import { Series } from '../report/series.ts';
import { percentiles, summarize } from '../report/summary.ts';
import { formatCount, formatRate } from '../report/text.ts';
import { slowOf } from '../station/station-group.ts';
import type { Plan } from './plan.ts';
import { Witness } from './witness.ts';

export interface RunDeps {
  readonly clock: Clock;
  /** Where progress goes. */
  readonly progress: {
    readonly isTty: boolean;
    readonly columns: () => number;
    write(text: string): void;
  };
  /** Ends the run, in good order, when aborted. */
  readonly signal: AbortSignal;
}

const CONNECT_PATIENCE_MS = 5_000;
/** A fleet that comes all at once is let in one by one: a load without those who are still knocking would not be the one asked for. */
const CONNECT_PATIENCE_MS_PER_DEVICE = 5;
/** For what is unacknowledged when the schedule ends; shorter when somebody waits at the keyboard. */
const DRAIN_WITHIN_MS = 15_000;
const DRAIN_INTERRUPTED_WITHIN_MS = 3_000;
/** With fewer, what threads cost at all outweighs what a device costs. */
const TELLING_DEVICES = 1_000;
const BLOCK_EVERY_MS = 500;
const LINE_EVERY_MS = 10_000;
/** Between the order to start and the start, for every thread to have heard. */
const START_LEAD_MS = 50;

/** No device could connect, so there is nothing to measure. */
export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';
}

/**
 * Connects devices and stations, runs the schedule to its end or the signal, waits for what is unacknowledged, and holds the ledger against the
 * deployment.
 * @throws NoConnectionError, LedgerFileError, ApiError
 */
export async function run(plan: Plan, deps: RunDeps): Promise<Report> {
  const { clock, signal } = deps;
  const { load } = plan;
  const schedule = new Schedule(load.segments);
  const series = new Series();
  const scratch =
    load.keepsLedger && plan.ledger === undefined
      ? await mkdtemp(join(tmpdir(), 'vitalwire-sim-'))
      : undefined;
  const ledgerPath = plan.ledger ?? (scratch && join(scratch, 'ledger'));
  const witness = await Witness.start(plan, ledgerPath, series, clock);
  const { rss: rssBefore } = memoryUsage();
  const fleet = startShardedFleet(load, plan.workers, {
    onPuback: (histogram) => series.add('puback', histogram),
    onLate: (histogram) => series.add('schedule_late', histogram),
    onRecords: (records) => witness.records(records),
    onCrossing: (crossing) => witness.crossing(crossing),
    onLetIn: (deviceId) => witness.letIn(deviceId),
  });
  let keepsScratch = false;
  try {
    deps.progress.write(
      `${plan.title}: connecting ${formatCount(load.devices.length)} devices, ${formatRate(schedule.rateAt(0))}, ${plan.workers} thread${plan.workers === 1 ? '' : 's'}\n`,
    );
    await witness.reachApi();
    const connectPatienceMs = CONNECT_PATIENCE_MS + CONNECT_PATIENCE_MS_PER_DEVICE * load.devices.length;
    await Promise.all([fleet.connect(connectPatienceMs), witness.openStations()]);
    if (fleet.connected === 0 && !signal.aborted) {
      // The last words of the threads: why.
      await fleet.stop();
      throw new NoConnectionError(
        `no device could connect to ${load.url}: ${fleet.counts.lastTrouble ?? 'no answer'}`,
      );
    }
    const now = startNow(clock);
    const start: RunStart = {
      monotonicMs: now.monotonicMs + START_LEAD_MS,
      wallMs: now.wallMs + START_LEAD_MS,
    };
    witness.begin(start);
    const progress = showProgress({ plan, schedule, fleet, series, witness, start }, deps);
    if (!signal.aborted) await running(plan, fleet, clock, start, signal);
    const elapsedMs = clock.monotonic() - start.monotonicMs;
    await fleet.drain(signal.aborted ? DRAIN_INTERRUPTED_WITHIN_MS : DRAIN_WITHIN_MS);
    await witness.settle(signal.aborted ? DRAIN_INTERRUPTED_WITHIN_MS : plan.settleMs);
    await progress.stop();
    await fleet.stop();
    await witness.end();

    const { counts } = fleet;
    const verdict = await witness.verdict(elapsedMs, (done, of) => {
      if (deps.progress.isTty)
        deps.progress.write(
          `\r\u001B[2Klooking through the stores: ${formatCount(done)} of ${formatCount(of)} devices`,
        );
    });
    if (verdict && deps.progress.isTty) deps.progress.write('\r\u001B[2K');
    const summary = summarize(
      { ...counts, pubackUs: series.total.puback, lateUs: series.total.schedule_late },
      { devices: load.devices.length, elapsedMs, rateWanted: wantedRate(schedule, elapsedMs, load.window) },
    );
    keepsScratch = verdict?.is_kept === false;
    const { rss } = memoryUsage();
    return {
      ...summary,
      title: plan.title,
      started_at: new Date(start.wallMs).toISOString(),
      machine: {
        cpus: cpus().length,
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        memory_gib: Math.round(totalmem() / 2 ** 30),
        node: version,
      },
      workers: fleet.workers,
      tester_memory_mib: Math.round(rss / 2 ** 20),
      tester_memory_kib_per_device:
        load.devices.length < TELLING_DEVICES
          ? null
          : Math.round((rss - rssBefore) / 2 ** 10 / load.devices.length),
      faults: faultCounts(plan),
      vitals_ms: percentiles(series.total.vitals),
      alert_ms: percentiles(series.total.alert),
      stations: witness.stationsReport(),
      verdict: verdict ?? null,
      slo: objectivesOf(plan.slo, series, { summary, verdict }),
      series: series.points,
      ledger: ledgerPath !== undefined && (scratch === undefined || keepsScratch) ? ledgerPath : null,
    };
  } finally {
    await fleet.stop();
    await witness.close();
    if (scratch !== undefined && !keepsScratch) await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs the schedule and its storms. */
async function running(
  plan: Plan,
  fleet: ShardedFleet,
  clock: Clock,
  start: RunStart,
  signal: AbortSignal,
): Promise<void> {
  const halt = (): void => fleet.halt();
  signal.addEventListener('abort', halt, { once: true });
  const leadMs = start.monotonicMs - clock.monotonic();
  const storms = plan.stormsMs.map((atMs) => clock.after(leadMs + atMs, () => fleet.cutAll()));
  await fleet.run(start);
  for (const cancel of storms) cancel();
  signal.removeEventListener('abort', halt);
}

function wantedRate(schedule: Schedule, elapsedMs: number, window: number | undefined): number {
  if (window !== undefined) return 0;
  const turns = Number.isFinite(schedule.turns) ? schedule.turns : (schedule.rateAt(0) * elapsedMs) / 1_000;
  const durationMs = Number.isFinite(schedule.durationMs) ? schedule.durationMs : elapsedMs;
  return durationMs > 0 ? Math.round((turns * 1e4) / durationMs) / 10 : 0;
}

function faultCounts(plan: Plan): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fault } of plan.devices) if (fault !== undefined) counts[fault] = (counts[fault] ?? 0) + 1;
  const { stations, slowShare } = plan.api ?? { stations: 0, slowShare: 0 };
  if (slowShare > 0) counts['slow-station'] = slowOf(stations, slowShare);
  return counts;
}

interface Shown {
  readonly plan: Plan;
  readonly schedule: Schedule;
  readonly fleet: ShardedFleet;
  readonly series: Series;
  readonly witness: Witness;
  readonly start: RunStart;
}

/** Draws progress, and cuts the series into seconds. */
function showProgress(
  { plan, schedule, fleet, series, witness, start }: Shown,
  { clock, progress }: RunDeps,
): { stop(): Promise<void> } {
  const screen = new BlockScreen((text) => progress.write(text), progress.columns);
  const ended = new AbortController();
  let shown = { atMs: start.monotonicMs, acknowledged: 0 };
  let cut = { atMs: start.monotonicMs, acknowledged: 0 };
  const rateSince = (before: typeof shown, atMs: number): number =>
    ((fleet.counts.acknowledged - before.acknowledged) * 1_000) / Math.max(1, atMs - before.atMs);
  const snapshot = (): Snapshot => {
    const atMs = clock.monotonic();
    const rateAcknowledged = rateSince(shown, atMs);
    shown = { atMs, acknowledged: fleet.counts.acknowledged };
    return {
      title: plan.title,
      elapsedMs: Math.max(0, atMs - start.monotonicMs),
      durationMs: Number.isFinite(schedule.durationMs) ? schedule.durationMs : undefined,
      devices: plan.load.devices.length,
      connected: fleet.connected,
      waiting: fleet.waiting,
      rateWanted: plan.load.window === undefined ? schedule.rateAt(atMs - start.monotonicMs) : undefined,
      rateAcknowledged,
      tally: { ...fleet.counts, pubackUs: series.total.puback },
      lateUs: series.total.schedule_late,
      last: series.points.at(-1),
      stations: witness.snapshot(),
    };
  };
  const show = (): void => {
    if (progress.isTty) screen.draw(renderBlock(snapshot()));
    else progress.write(`${renderLine(snapshot())}\n`);
  };
  const cutSecond = (): void => {
    const atMs = clock.monotonic();
    if (atMs - cut.atMs < 1) return;
    const middleMs = (atMs + cut.atMs) / 2 - start.monotonicMs;
    const acknowledged = Math.round(rateSince(cut, atMs) * 10) / 10;
    cut = { atMs, acknowledged: fleet.counts.acknowledged };
    series.cut({
      at_s: Math.round((atMs - start.monotonicMs) / 100) / 10,
      wanted: plan.load.window === undefined ? Math.round(schedule.rateAt(middleMs) * 10) / 10 : 0,
      acknowledged,
      connected: fleet.connected,
      waiting: fleet.waiting,
    });
  };
  const every = async (periodMs: number, task: () => void): Promise<void> => {
    // A sleep, unlike a timer of this clock, keeps the process alive while every device is offline.
    while (!ended.signal.aborted) {
      await clock.sleep(periodMs, ended.signal);
      task();
    }
  };
  const tasks = [every(progress.isTty ? BLOCK_EVERY_MS : LINE_EVERY_MS, show), every(1_000, cutSecond)];
  return {
    async stop() {
      ended.abort();
      await Promise.all(tasks);
    },
  };
}
