/**
 * What sixty beds at 1 Hz cost the browser: frames that came late, layout that moved, the heap. Prints a table for docs/performance.md.
 *
 *   node dashboards/nurse-station/scripts/measure.ts [--minutes 10] [--beds 60] [--at-once]
 *
 * Each bed's vitals come at their own moment of the second, as the engine sends them; `--at-once` puts all of them in one frame, which no
 * engine does. The first seven tenths of the time nothing alarms: the numbers change and nothing may move. In the rest an alert comes
 * every ten seconds and is acknowledged and ended, so that tiles change places as they should.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { buildPage, launchChromium } from '../tests/chromium.ts';
import { fakeToken, startFakeServer, type FakeServer } from '../tests/fake-server.ts';
import { observePage, type Observed } from './observe-page.ts';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    beds: { type: 'string', default: '60' },
    'at-once': { type: 'boolean', default: false },
  },
});
const totalMs = Number(given.minutes) * 60_000;
const beds = Number(given.beds);
const quietMs = totalMs * 0.7;

/** The sparklines' past is fetched bed by bed before anything is measured. */
const SETTLE_MS = 20_000;
const ALERT_EVERY_MS = 10_000;

interface Usage {
  readonly heapBytes: number;
  readonly nodes: number;
  /** Processor seconds of the page's main thread. */
  readonly taskS: number;
}

async function usageOf(cdp: CDPSession): Promise<Usage> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { heapBytes: of('JSHeapUsedSize'), nodes: of('Nodes'), taskS: of('TaskDuration') };
}

async function observed(page: Page): Promise<Observed> {
  return page.evaluate(() => {
    const { observed: seen } = globalThis as unknown as { observed: Observed };
    return structuredClone(seen);
  });
}

async function alarm(fake: FakeServer, untilMs: number): Promise<void> {
  for (let i = 0; performance.now() < untilMs; i++) {
    const priority = (['medium', 'high', 'critical'] as const)[i % 3] ?? 'medium';
    const type = 'low_oxygen_saturation';
    const alert = fake.alerts.raise(`P${1001 + ((i * 17) % beds)}`, {
      type,
      priority,
      value: 84,
      threshold: 90,
    });
    await sleep(ALERT_EVERY_MS / 2);
    fake.alerts.acknowledge(alert.id, 'Ana Ruiz', Date.now());
    await sleep(ALERT_EVERY_MS / 2);
    fake.alerts.end(alert.id);
  }
}

function report(
  title: string,
  seconds: number,
  before: Observed,
  after: Observed,
  cpu: readonly [Usage, Usage],
): void {
  const frames = after.frames - before.frames;
  const late = after.lateFrames - before.lateFrames;
  const lines: readonly (readonly [string, string])[] = [
    ['seconds', seconds.toFixed(0)],
    ['frames', `${frames} (${(frames / seconds).toFixed(1)}/s)`],
    ['frames missed (gap over 25 ms)', `${late} (${((100 * late) / frames).toFixed(2)} %)`],
    ['longest gap between frames', `${after.longestGapMs.toFixed(0)} ms (whole run)`],
    ['long animation frames (over 50 ms)', String(after.longFrames - before.longFrames)],
    ['of these the page’s own blocking', `${(after.blockingMs - before.blockingMs).toFixed(0)} ms`],
    ['layout shift', `${(after.shift - before.shift).toFixed(4)} ${movedText(after, before)}`],
    ['main thread', `${((100 * (cpu[1].taskS - cpu[0].taskS)) / seconds).toFixed(1)} % of a core`],
  ];
  process.stdout.write(
    `\n${title}\n${lines.map(([name, value]) => `  ${name.padEnd(36)}${value}\n`).join('')}`,
  );
}

function movedText(after: Observed, before: Observed): string {
  const moved = Object.entries(after.moved).filter(([name]) => before.moved[name] === undefined);
  return moved.length === 0
    ? ''
    : `(${moved.map(([name, value]) => `${name} ${value.toFixed(4)}`).join(', ')})`;
}

const dist = await mkdtemp(join(tmpdir(), 'nurse-station-'));
const [browser] = await Promise.all([launchChromium(), buildPage(dist)]);
const fake = await startFakeServer({ port: 0, dist, beds, apart: !given['at-once'] });
try {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.addInitScript(observePage);
  const cdp = await page.context().newCDPSession(page);
  // Its own processor time: on a busy machine the clock on the wall says nothing of it.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(`${fake.url}/#token=${fakeToken('Ana Ruiz', 'nurse')}`);
  await page
    .locator('.tile[data-patient]')
    .nth(beds - 1)
    .waitFor();
  await sleep(SETTLE_MS);

  const start = await observed(page);
  const usage = [await usageOf(cdp)];
  const startedMs = performance.now();
  const heap = (at: number, { heapBytes, nodes }: Usage): void =>
    void process.stdout.write(
      `${String(Math.round(at / 1000)).padStart(5)} s  heap ${(heapBytes / 2 ** 20).toFixed(2)} MiB after collection, ${nodes} nodes\n`,
    );
  heap(0, usage[0]!);
  let middle: Observed | undefined;
  let middleUsage: Usage | undefined;
  let alarming: Promise<void> | undefined;
  const steps = 10;
  for (let step = 1; step <= steps; step++) {
    await sleep(Math.max(0, startedMs + (totalMs * step) / steps - performance.now()));
    const now = await usageOf(cdp);
    usage.push(now);
    heap(performance.now() - startedMs, now);
    if (alarming === undefined && step >= 7) {
      middle = await observed(page);
      middleUsage = now;
      alarming = alarm(fake, startedMs + totalMs - ALERT_EVERY_MS);
    }
  }
  const end = await observed(page);
  await alarming;
  if (middle !== undefined && middleUsage !== undefined) {
    report('Numbers alone', quietMs / 1000, start, middle, [usage[0]!, middleUsage]);
    report('With an alert every 10 s', (totalMs - quietMs) / 1000, middle, end, [middleUsage, usage.at(-1)!]);
  }
} finally {
  await browser.close();
  await fake.close();
  await rm(dist, { recursive: true, force: true });
}
