import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { connectMqtt } from '../device/mqtt-transport.ts';
import { createFleet, type Fleet } from '../fleet/fleet.ts';
import { BlockScreen, renderBlock, renderLine, type Snapshot } from '../report/progress.ts';
import { summarize, type Summary } from '../report/summary.ts';
import { Tally } from '../report/tally.ts';
import { formatCount, formatRate } from '../report/text.ts';
import type { Plan } from './plan.ts';

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
/** For what is unacknowledged when the schedule ends; shorter when somebody waits at the keyboard. */
const DRAIN_WITHIN_MS = 15_000;
const DRAIN_INTERRUPTED_WITHIN_MS = 3_000;
const BLOCK_EVERY_MS = 500;
const LINE_EVERY_MS = 10_000;

/** No device could connect, so there is nothing to measure. */
export class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';
}

/**
 * Connects, runs the schedule to its end or the signal, waits for what is unacknowledged, and says goodbye.
 * @throws NoConnectionError
 */
export async function run(plan: Plan, deps: RunDeps): Promise<Summary> {
  const { clock, signal } = deps;
  const tally = new Tally(clock);
  const fleet = createFleet(plan.fleet, {
    connect: connectMqtt,
    clock,
    observer: tally,
    onTurnLate: (lateMs) => tally.onTurnLate(lateMs),
  });
  const devices = plan.fleet.devices.length;
  const rateWanted = plan.fleet.rate * devices;
  signal.addEventListener('abort', () => fleet.halt(), { once: true });

  deps.progress.write(
    `${plan.title}: connecting ${formatCount(devices)} devices, ${formatRate(plan.fleet.rate)} each\n`,
  );
  await fleet.connect(CONNECT_PATIENCE_MS, signal);
  if (fleet.connected === 0 && !signal.aborted) {
    await fleet.stop();
    throw new NoConnectionError(
      `no device could connect to ${plan.fleet.url}: ${tally.lastTrouble ?? 'no answer'}`,
    );
  }
  const startMs = clock.monotonic();
  const progress = showProgress(plan, fleet, tally, startMs, deps);
  if (!signal.aborted) await fleet.run();
  const elapsedMs = clock.monotonic() - startMs;
  await fleet.drain(signal.aborted ? DRAIN_INTERRUPTED_WITHIN_MS : DRAIN_WITHIN_MS);
  await progress.stop();
  await fleet.stop();
  return summarize(tally, { devices, elapsedMs, rateWanted });
}

function showProgress(
  plan: Plan,
  fleet: Fleet,
  tally: Tally,
  startMs: number,
  { clock, progress }: RunDeps,
): { stop(): Promise<void> } {
  const screen = new BlockScreen((text) => progress.write(text), progress.columns);
  const ended = new AbortController();
  let before = { atMs: startMs, acknowledged: 0 };
  const snapshot = (): Snapshot => {
    const atMs = clock.monotonic();
    const { acknowledged } = tally;
    const passedMs = Math.max(1, atMs - before.atMs);
    const rateAcknowledged = ((acknowledged - before.acknowledged) * 1_000) / passedMs;
    before = { atMs, acknowledged };
    return {
      title: plan.title,
      elapsedMs: atMs - startMs,
      durationMs: plan.fleet.durationMs,
      devices: plan.fleet.devices.length,
      connected: fleet.connected,
      waiting: fleet.waiting,
      rateWanted: plan.fleet.rate * plan.fleet.devices.length,
      rateAcknowledged,
      tally,
    };
  };
  const show = (): void => {
    if (progress.isTty) screen.draw(renderBlock(snapshot()));
    else progress.write(`${renderLine(snapshot())}\n`);
  };
  const everyMs = progress.isTty ? BLOCK_EVERY_MS : LINE_EVERY_MS;
  const shown = (async () => {
    // A sleep, unlike a timer of this clock, keeps the process alive while every device is offline.
    while (!ended.signal.aborted) {
      await clock.sleep(everyMs, ended.signal);
      show();
    }
  })();
  return {
    async stop() {
      ended.abort();
      await shown;
    },
  };
}
