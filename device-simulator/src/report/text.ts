import type { Verdict } from '../ledger/verdict.ts';
import type { Report } from './report.ts';
import type { Percentiles, Summary } from './summary.ts';

const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export const formatCount = (count: number): string => integer.format(count);

export const formatRate = (perSecond: number): string => `${decimal.format(perSecond)}/s`;

/** A latency as a person reads it: three figures, in µs, ms or s. */
export function formatMs(ms: number): string {
  const figures = (value: number): string =>
    value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
  if (ms < 1) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 1_000) return `${ms < 999.5 ? figures(ms) : '1000'} ms`;
  return `${figures(ms / 1_000)} s`;
}

/** 75 s is 01:15, an hour 1:00:00. */
export function formatClock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

const LATENCY_COLUMNS = ['p50', 'p90', 'p99', 'p99.9', 'max'] as const;
const COLUMN = 10;

/** Latencies below one another, in a table that fits 80 columns. */
function renderLatencies(rows: readonly (readonly [name: string, Percentiles | undefined])[]): string {
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(14)}${cells.map((cell) => cell.padStart(COLUMN)).join('')}`;
  return [
    line('latency', LATENCY_COLUMNS),
    ...rows.map(([name, values]) => {
      if (!values) return line(name, ['none']);
      const { p50, p90, p99, p999, max } = values;
      return line(name, [p50, p90, p99, p999, max].map(formatMs));
    }),
  ].join('\n');
}

/** The summary, but for its latencies, as lines of a name and what it says. */
export function renderSummary(summary: Summary): string {
  const { connections } = summary;
  const rows: [string, string][] = [
    ['devices', formatCount(summary.devices)],
    ['duration', formatClock(summary.duration_s * 1_000)],
    [
      'rate',
      `${formatRate(summary.rate_acknowledged)} acknowledged, ${summary.rate_wanted > 0 ? `${formatRate(summary.rate_wanted)} wanted` : 'as fast as it went'}`,
    ],
    ['sent', formatCount(summary.sent)],
    ['acknowledged', formatCount(summary.acknowledged)],
    ['resent', formatCount(summary.resent)],
    ['refused', formatCount(summary.refused)],
  ];
  if (summary.dropped > 0) rows.push(['given up', `${formatCount(summary.dropped)} (device memory full)`]);
  if (summary.unacknowledged > 0) rows.push(['UNACKNOWLEDGED', formatCount(summary.unacknowledged)]);
  rows.push([
    'connections',
    `${formatCount(connections.made)} made, ${formatCount(connections.lost)} lost, ` +
      `${formatCount(connections.failed)} failed (${formatCount(connections.refused)} refused)`,
  ]);
  if (summary.last_trouble !== undefined) rows.push(['last trouble', summary.last_trouble]);
  return rows.map(([name, text]) => `${name.padEnd(14)}  ${text}`).join('\n');
}

/** The whole report: the summary, what stations saw, the promises, the objectives. */
export function renderReport(report: Report): string {
  const rows: [string, string][] = [];
  if (report.stations) {
    const { count, alerts, reconnects, not_monitoring_s: blind, last_trouble: trouble } = report.stations;
    rows.push([
      'stations',
      `${formatCount(count)}, ${formatCount(alerts)} alert events, ${formatCount(reconnects)} reconnects` +
        `${blind > 0 ? `, NOT MONITORING for ${blind.toFixed(1)} s` : ''}${trouble === null ? '' : `, ${trouble}`}`,
    ]);
  }
  rows.push(['tester', testerLine(report)]);
  const faults = Object.entries(report.faults);
  if (faults.length > 0)
    rows.push(['faults', faults.map(([name, count]) => `${name} at ${count}`).join(', ')]);
  const parts = [
    renderSummary(report),
    rows.map(([name, text]) => `${name.padEnd(14)}  ${text}`).join('\n'),
    `\n${renderLatencies(latenciesOf(report))}`,
  ];
  if (report.alert_ms) parts.push('an alert counts from the end of its configured delay');
  if (report.verdict) parts.push(`\n${renderVerdict(report.verdict)}`);
  if (report.slo.length > 0) {
    parts.push(
      `\nObjectives\n${report.slo
        .map(
          ({ text, actual, is_met }) =>
            `  ${is_met ? 'met   ' : 'MISSED'}  ${text.padEnd(24)} ${formatActual(text, actual)}`,
        )
        .join('\n')}`,
    );
  }
  if (report.ledger !== null) parts.push(`\nLedger          ${report.ledger}`);
  return parts.join('\n');
}

function latenciesOf(report: Report): [string, Percentiles | undefined][] {
  const rows: [string, Percentiles | undefined][] = [['PUBACK', report.puback_ms]];
  if (report.stations) rows.push(['vitals shown', report.vitals_ms], ['alert shown', report.alert_ms]);
  return [...rows, ['own lateness', report.schedule_late_ms]];
}

/** What the tester itself took. */
export function testerLine(report: Report): string {
  const { workers, tester_memory_mib: mib, tester_memory_kib_per_device: kib } = report;
  const perDevice = kib === null ? '' : `, ${formatCount(kib)} KiB a device`;
  return `${workers} thread${workers === 1 ? '' : 's'}, ${formatCount(mib)} MiB${perDevice}`;
}

/** What was measured for an objective, in its own unit. */
export function formatActual(text: string, actual: number | undefined): string {
  if (actual === undefined) return 'nothing was measured';
  return /^(puback|vitals|alert|schedule_late)_/.test(text) ? formatMs(actual) : decimal.format(actual);
}

/** Why what is exempt is not held against the deployment. */
export const EXEMPT_BECAUSE =
  'readings reached it after newer ones, or so late that it may have taken the signal for lost: it timed anew; or the tester was away';

export function renderVerdict({ promises, is_kept: isKept }: Verdict): string {
  const width = Math.max(...promises.map(({ promise }) => promise.length));
  const lines = promises.map(({ promise, checked, broken, exempt }) => {
    const state = broken > 0 ? 'BROKEN' : checked > 0 ? 'kept  ' : '-     ';
    const count = `${formatCount(checked)} looked at${broken > 0 ? `, ${formatCount(broken)} broken` : ''}${exempt > 0 ? `, ${formatCount(exempt)} exempt` : ''}`;
    return `  ${state}  ${promise.padEnd(width)}  ${count}`;
  });
  const examples = promises.flatMap(({ promise, examples }) =>
    examples.length === 0 ? [] : [`  ${promise}:`, ...examples.map((example) => `    ${example}`)],
  );
  const footnote = promises.some(({ exempt }) => exempt > 0) ? [`  exempt: ${EXEMPT_BECAUSE}`] : [];
  return [`Promises        ${isKept ? 'all kept' : 'BROKEN'}`, ...lines, ...footnote, ...examples].join('\n');
}
