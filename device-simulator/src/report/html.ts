import { renderPlots } from './html-plots.ts';
import { STYLE } from './html-style.ts';
import { escape } from './markup.ts';
import { failuresOf, type Report } from './report.ts';
import type { Percentiles } from './summary.ts';
import {
  EXEMPT_BECAUSE,
  formatActual,
  formatClock,
  formatCount,
  formatMs,
  formatRate,
  testerLine,
} from './text.ts';

/** The report as one page that needs nothing else: no script, no network, light or dark as the reader has it. */
export function renderHtml(report: Report): string {
  const failures = failuresOf(report);
  const passed = failures.length === 0;
  const { machine } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vitalwire load test: ${passed ? 'passed' : 'failed'}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1><span class="badge ${passed ? 'good' : 'bad'}">${passed ? 'Passed' : 'Failed'}</span>${escape(report.title)}</h1>
<p>${escape(report.started_at.replace('T', ' ').replace(/\..*/, ' UTC'))} · ${formatClock(report.duration_s * 1_000)} · ${formatCount(report.devices)} devices · ${machine.cpus} × ${escape(machine.cpu)}, ${machine.memory_gib} GiB, Node ${escape(machine.node)}</p>
${passed ? '' : `<ul class="why">${failures.map((failure) => `<li>${escape(failure)}</li>`).join('')}</ul>`}
</header>
<section class="cards">${cards(report)}</section>
${promises(report)}
${objectives(report)}
<section><h2>Latency</h2>${latencies(report)}
<p class="note">PUBACK and vitals count from the moment the schedule wanted the reading sent, and the schedule waits for nobody; devices whose own fault holds readings back are not in them. Alerts count from when the reading that completes the alarm delay was due. Own lateness is how late the tester itself was: where it is large, the tester’s machine is what was measured.</p>
${renderPlots(report.series)}</section>
${accounts(report)}
</body>
</html>
`;
}

function cards(report: Report): string {
  const { verdict } = report;
  const all: [string, string, string, boolean][] = [
    [
      'Acknowledged',
      formatCount(report.acknowledged),
      `of ${formatCount(report.made)} readings`,
      report.acknowledged !== report.made,
    ],
    [
      'Rate',
      formatRate(report.rate_acknowledged),
      report.rate_wanted > 0 ? `${formatRate(report.rate_wanted)} wanted` : 'as fast as it went',
      false,
    ],
    [
      'PUBACK p99',
      report.puback_ms ? formatMs(report.puback_ms.p99) : 'none',
      report.puback_ms ? `p50 ${formatMs(report.puback_ms.p50)}` : '',
      false,
    ],
  ];
  if (report.alert_ms)
    all.push([
      'Alert p99',
      formatMs(report.alert_ms.p99),
      `p50 ${formatMs(report.alert_ms.p50)}, beyond its delay`,
      false,
    ]);
  if (verdict) {
    const lost = (verdict.stores?.lost ?? 0) + verdict.alerts.lost;
    all.push([
      'Lost',
      formatCount(lost),
      `${formatCount(verdict.stores?.found ?? 0)} readings, ${formatCount(verdict.alerts.found)} alert${verdict.alerts.found === 1 ? '' : 's'} found`,
      lost > 0,
    ]);
  }
  return all
    .map(
      ([name, value, detail, isBad]) =>
        `<div class="card${isBad ? ' bad' : ''}"><h3>${escape(name)}</h3><b>${escape(value)}</b><span>${escape(detail)}</span></div>`,
    )
    .join('');
}

function promises({ verdict }: Report): string {
  if (!verdict) {
    return '<section><h2>Promises</h2><p>Not checked: without <code>--api</code> only PUBACKs were seen.</p></section>';
  }
  const hasExempt = verdict.promises.some(({ exempt }) => exempt > 0);
  const rows = verdict.promises.map(({ promise, checked, broken, exempt, examples }) => {
    const state =
      broken > 0
        ? '<span class="badge bad">Broken</span>'
        : checked > 0
          ? '<span class="badge good">Kept</span>'
          : '<span class="badge">Untested</span>';
    const list =
      examples.length === 0
        ? ''
        : `<ul>${examples.map((example) => `<li>${escape(example)}</li>`).join('')}</ul>`;
    return `<tr><td>${state}</td><td>${escape(promise)}${list}</td><td class="n">${formatCount(checked)}</td><td class="n">${formatCount(broken)}</td>${hasExempt ? `<td class="n">${formatCount(exempt)}</td>` : ''}</tr>`;
  });
  const notes = [
    ...(hasExempt ? [`Exempt: ${EXEMPT_BECAUSE}.`] : []),
    ...(verdict.promises.some(({ checked }) => checked === 0) ? [UNTESTED_BECAUSE] : []),
  ];
  const footnote = notes.length > 0 ? `<p class="note">${notes.join(' ')}</p>` : '';
  return `<section class="promises"><h2>Promises</h2><div class="scroll"><table><thead><tr><th></th><th>Promise</th><th class="n">Looked at</th><th class="n">Broken</th>${hasExempt ? '<th class="n">Exempt</th>' : ''}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${footnote}</section>`;
}

const UNTESTED_BECAUSE =
  'Untested: there was nothing to look at. Crossings count of devices whose every reading was acknowledged.';

function objectives({ slo }: Report): string {
  if (slo.length === 0) return '';
  const rows = slo.map(
    ({ text, actual, is_met }) =>
      `<tr><td><span class="badge ${is_met ? 'good' : 'bad'}">${is_met ? 'Met' : 'Missed'}</span></td><td><code>${escape(text)}</code></td><td class="n">${escape(formatActual(text, actual))}</td></tr>`,
  );
  return `<section><h2>Objectives</h2><table><thead><tr><th></th><th>Objective</th><th class="n">Measured</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function latencies(report: Report): string {
  const all: [string, Percentiles | undefined][] = [
    ['PUBACK', report.puback_ms],
    ['Vitals on the station', report.vitals_ms],
    ['Alert on the station', report.alert_ms],
    ['Own lateness', report.schedule_late_ms],
  ];
  const rows = all.flatMap(([name, values]) =>
    values
      ? [
          `<tr><td>${name}</td>${[values.p50, values.p90, values.p99, values.p999, values.max].map((ms) => `<td class="n">${formatMs(ms)}</td>`).join('')}</tr>`,
        ]
      : [],
  );
  return `<div class="scroll"><table class="latency"><thead><tr><th></th>${['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => `<th class="n">${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function accounts(report: Report): string {
  const { connections, verdict, stations } = report;
  const rows: [string, string][] = [
    ['Readings made', formatCount(report.made)],
    ['Acknowledged', formatCount(report.acknowledged)],
    ['Sent again', formatCount(report.resent)],
    [
      'Refused, given up, unacknowledged',
      `${formatCount(report.refused)}, ${formatCount(report.dropped)}, ${formatCount(report.unacknowledged)}`,
    ],
    [
      'Connections',
      `${formatCount(connections.made)} made, ${formatCount(connections.lost)} lost, ${formatCount(connections.failed)} failed (${formatCount(connections.refused)} refused)`,
    ],
  ];
  if (verdict?.stores) {
    const { expected, found, unacknowledgedFound } = verdict.stores;
    rows.push([
      'Found in the stores',
      `${formatCount(found)} of ${formatCount(expected)}; ${formatCount(unacknowledgedFound)} that were sent and not acknowledged`,
    ]);
  }
  if (verdict) {
    const { expected, found, late, doubled, unexplained } = verdict.alerts;
    rows.push([
      'Crossings that must alert',
      `${formatCount(found)} of ${formatCount(expected)} did; ${formatCount(late)} late, ${formatCount(doubled)} doubled, ${formatCount(unexplained)} alerts unexplained`,
    ]);
  }
  if (stations) {
    rows.push([
      'Stations',
      `${formatCount(stations.count)}: ${formatCount(stations.frames)} frames, ${formatCount(stations.vitals)} vitals, ${formatCount(stations.alerts)} alert events, ${formatCount(stations.reconnects)} reconnects, ${stations.not_monitoring_s.toFixed(1)} s not monitoring`,
    ]);
  }
  const faults = Object.entries(report.faults);
  if (faults.length > 0)
    rows.push(['Faults', faults.map(([name, count]) => `${name} at ${formatCount(count)}`).join(', ')]);
  rows.push(['Tester', testerLine(report)]);
  if (report.last_trouble !== undefined) rows.push(['Last trouble', report.last_trouble]);
  if (report.ledger !== null) rows.push(['Ledger', report.ledger]);
  return `<section class="account"><h2>Account</h2><table><tbody>${rows.map(([name, text]) => `<tr><td>${escape(name)}</td><td>${escape(text)}</td></tr>`).join('')}</tbody></table></section>`;
}
