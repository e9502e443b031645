import { stripVTControlCharacters } from 'node:util';
import type { Histogram } from 'hdr-histogram-js';
import type { SeriesPoint } from './series.ts';
import type { Counts } from './tally.ts';
import { percentiles } from './summary.ts';
import { formatClock, formatCount, formatMs, formatRate } from './text.ts';

/** A run as it stands at one moment. */
export interface Snapshot {
  readonly title: string;
  readonly elapsedMs: number;
  readonly durationMs: number | undefined;
  readonly devices: number;
  readonly connected: number;
  readonly waiting: number;
  /** undefined in a closed loop. */
  readonly rateWanted: number | undefined;
  /** Acknowledged a second since the snapshot before. */
  readonly rateAcknowledged: number;
  readonly tally: Counts & { readonly pubackUs: Histogram };
  readonly lateUs: Histogram;
  /** The second before; undefined in the first. */
  readonly last: SeriesPoint | undefined;
  /** What stations saw so far; undefined without any. */
  readonly stations: StationsSnapshot | undefined;
}

export interface StationsSnapshot {
  readonly count: number;
  readonly vitalsUs: Histogram;
  readonly alertUs: Histogram;
  /** Crossings that have to alert, those that did, and alerts without one. */
  readonly crossings: number;
  readonly alerted: number;
  readonly broken: number;
}

const BAR_WIDTH = 30;

/** For a terminal: a block of lines that the next one replaces. */
export function renderBlock(snapshot: Snapshot): string[] {
  const { tally, elapsedMs, durationMs } = snapshot;
  const counts = [
    `${formatCount(tally.sent)} sent`,
    `${formatCount(tally.acknowledged)} acknowledged`,
    `${formatCount(snapshot.waiting)} waiting`,
    `${formatCount(tally.resent)} resent`,
    `${formatCount(tally.refused)} refused`,
  ];
  const lines = [
    snapshot.title,
    `  time       ${formatClock(elapsedMs)}${durationMs === undefined ? '' : ` ${bar(elapsedMs / durationMs)} ${formatClock(durationMs)}`}`,
    `  devices    ${formatCount(snapshot.connected)} of ${formatCount(snapshot.devices)} connected`,
    `  readings   ${counts.join('   ')}`,
    `  rate       ${formatRate(snapshot.rateAcknowledged)} acknowledged   ${wanted(snapshot)}`,
  ];
  const { stations, last } = snapshot;
  if (stations) {
    lines.push(
      `  stations   ${formatCount(stations.count)} watching   ${formatCount(stations.alerted)} of ${formatCount(stations.crossings)} crossings alerted`,
    );
  }
  lines.push(
    `             ${['p50', 'p99', 'max'].map((name) => name.padStart(COLUMN)).join('')}   in the last second`,
    row('PUBACK', tally.pubackUs, { p50: last?.puback_p50, p99: last?.puback_p99 }),
  );
  if (stations) {
    lines.push(
      row('vitals', stations.vitalsUs, { p50: last?.vitals_p50, p99: last?.vitals_p99 }),
      row('alerts', stations.alertUs, { p50: last?.alert_p50, max: last?.alert_max }),
    );
    if (stations.broken > 0)
      lines.push(`  BROKEN     ${formatCount(stations.broken)} promises; the report says which`);
  }
  lines.push(row('own late', snapshot.lateUs, { max: last?.schedule_late_max }));
  if (tally.lastTrouble !== undefined) lines.push(`  trouble    ${tally.lastTrouble}`);
  return lines;
}

const COLUMN = 10;

/** One latency of the table: of the whole run, and of the last second. */
function row(
  name: string,
  histogram: Histogram,
  last: Readonly<Record<string, number | null | undefined>>,
): string {
  const values = percentiles(histogram);
  const cells = values ? [values.p50, values.p99, values.max].map(formatMs) : ['-', '-', '-'];
  const now = Object.entries(last).flatMap(([quantile, ms]) =>
    ms === null || ms === undefined ? [] : [`${quantile} ${formatMs(ms)}`],
  );
  return `  ${name.padEnd(11)}${cells.map((cell) => cell.padStart(COLUMN)).join('')}   ${now.join('  ')}`.trimEnd();
}

/** After the schedule a run still waits, and for what is worth saying. */
function wanted({ rateWanted, elapsedMs, durationMs, waiting, stations }: Snapshot): string {
  if (durationMs !== undefined && elapsedMs >= durationMs) {
    if (waiting > 0) return 'all made, waiting for PUBACKs';
    return stations ? 'all sent, waiting for the stations' : 'all sent';
  }
  return rateWanted === undefined ? 'as fast as it goes' : `${formatRate(rateWanted)} wanted`;
}

/** For a file or a pipe: one plain line. */
export function renderLine(snapshot: Snapshot): string {
  const { tally } = snapshot;
  const parts = [
    formatClock(snapshot.elapsedMs),
    `connected ${snapshot.connected}/${snapshot.devices}`,
    `sent ${tally.sent}`,
    `acknowledged ${tally.acknowledged}`,
    `waiting ${snapshot.waiting}`,
    `resent ${tally.resent}`,
    `refused ${tally.refused}`,
    `rate ${formatRate(snapshot.rateAcknowledged)}`,
    `PUBACK ${renderLatency(tally.pubackUs)}`,
  ];
  if (snapshot.stations) {
    parts.push(`vitals ${renderLatency(snapshot.stations.vitalsUs)}`);
    parts.push(
      `alerts ${snapshot.stations.alerted}/${snapshot.stations.crossings} ${renderLatency(snapshot.stations.alertUs)}`,
    );
  }
  if (tally.lastTrouble !== undefined) parts.push(`trouble: ${tally.lastTrouble}`);
  return parts.join('  ');
}

function renderLatency(histogram: Histogram): string {
  const values = percentiles(histogram);
  return values
    ? `p50 ${formatMs(values.p50)}  p99 ${formatMs(values.p99)}  max ${formatMs(values.max)}`
    : 'none yet';
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
  return `[${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}]`;
}

/** Draws blocks in place, each over the one before it. */
export class BlockScreen {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  #drawn = 0;

  constructor(write: (text: string) => void, columns: () => number) {
    this.#write = write;
    this.#columns = columns;
  }

  draw(lines: readonly string[]): void {
    const width = this.#columns();
    // A line that wraps would be two on the screen, and the next block would be drawn one too low.
    const fitted = lines.map((line) => stripVTControlCharacters(line).slice(0, width - 1));
    const up = this.#drawn > 0 ? `\u001B[${this.#drawn}A` : '';
    this.#write(`${up}${fitted.map((line) => `\u001B[2K${line}\n`).join('')}\u001B[0J`);
    this.#drawn = fitted.length;
  }
}
