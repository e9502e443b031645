import { escape, renderPlot } from './plot.ts';
import { exitCodeOfReport, type Report } from './report.ts';
import type { SeriesPoint } from './series.ts';
import type { Percentiles } from './summary.ts';
import { formatActual, formatClock, formatCount, formatMs, formatRate } from './text.ts';

/** The report as one page that needs nothing else: no script, no network, light or dark as the reader has it. */
export function renderHtml(report: Report): string {
  const passed = exitCodeOfReport(report) === 0;
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
</header>
<section class="cards">${cards(report)}</section>
${promises(report)}
${objectives(report)}
<section><h2>Latency</h2>${latencies(report)}
<p class="note">PUBACK and vitals count from the moment the schedule wanted the reading sent, and the schedule waits for nobody. Alerts count from when the reading that completes the alarm delay was due. Own lateness is how late the tester itself was: where it is large, the tester’s machine is what was measured.</p>
${plots(report.series)}</section>
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
      `${formatCount(verdict.stores?.found ?? 0)} readings, ${formatCount(verdict.alerts.found)} alerts found`,
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
  const rows = verdict.promises.map(({ promise, checked, broken, examples }) => {
    const state =
      broken > 0
        ? '<span class="badge bad">Broken</span>'
        : checked > 0
          ? '<span class="badge good">Kept</span>'
          : '<span class="badge">Not met with</span>';
    const list =
      examples.length === 0
        ? ''
        : `<ul>${examples.map((example) => `<li>${escape(example)}</li>`).join('')}</ul>`;
    return `<tr><td>${state}</td><td>${escape(promise)}${list}</td><td class="n">${formatCount(checked)}</td><td class="n">${formatCount(broken)}</td></tr>`;
  });
  return `<section><h2>Promises</h2><table><thead><tr><th></th><th>Promise</th><th class="n">Looked at</th><th class="n">Broken</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

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
  return `<table><thead><tr><th></th>${['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => `<th class="n">${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function plots(series: readonly SeriesPoint[]): string {
  const atS = series.map(({ at_s: s }) => s);
  const of = (name: Exclude<keyof SeriesPoint, 'at_s'>): (number | null)[] =>
    series.map((point) => point[name]);
  const wanted = series.some((point) => point.wanted > 0) ? of('wanted') : [];
  const all = [
    renderPlot({
      title: 'Readings a second',
      atS,
      format: formatCount,
      lines: [
        { name: 'wanted', style: 'c', values: wanted },
        { name: 'acknowledged', style: 'a', values: of('acknowledged') },
      ],
    }),
    renderPlot({
      title: 'PUBACK',
      atS,
      format: formatMs,
      lines: [
        { name: 'p99', style: 'b', values: of('puback_p99') },
        { name: 'p50', style: 'a', values: of('puback_p50') },
      ],
    }),
    renderPlot({
      title: 'Vitals on the station',
      atS,
      format: formatMs,
      lines: [
        { name: 'p99', style: 'b', values: of('vitals_p99') },
        { name: 'p50', style: 'a', values: of('vitals_p50') },
      ],
    }),
    renderPlot({
      title: 'Alert on the station, beyond its delay',
      atS,
      format: formatMs,
      lines: [
        { name: 'max', style: 'b', values: of('alert_max') },
        { name: 'p50', style: 'a', values: of('alert_p50') },
      ],
    }),
    renderPlot({
      title: 'Connected devices, readings waiting',
      atS,
      format: formatCount,
      lines: [
        { name: 'connected', style: 'a', values: of('connected') },
        { name: 'waiting', style: 'b', values: of('waiting') },
      ],
    }),
    renderPlot({
      title: 'Own lateness, the worst of each second',
      atS,
      format: formatMs,
      lines: [{ name: 'max', style: 'c', values: of('schedule_late_max') }],
    }),
  ];
  return `<div class="plots">${all.filter((plot) => plot !== '').join('\n')}</div>`;
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
      `${formatCount(connections.made)} made, ${formatCount(connections.lost)} lost, ${formatCount(connections.failed)} failed, ${formatCount(connections.refused)} refused`,
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
      `${formatCount(stations.count)}: ${formatCount(stations.frames)} frames, ${formatCount(stations.vitals)} vitals, ${formatCount(stations.alerts)} alert events, ${formatCount(stations.reconnects)} reconnects, ${stations.not_monitoring_s} s not monitoring`,
    ]);
  }
  const faults = Object.entries(report.faults);
  if (faults.length > 0)
    rows.push(['Faults', faults.map(([name, count]) => `${name} at ${formatCount(count)}`).join(', ')]);
  rows.push([
    'Tester',
    `${report.workers} thread${report.workers === 1 ? '' : 's'}, ${formatCount(report.tester_memory_mib)} MiB, ${formatCount(report.tester_memory_kib_per_device)} KiB a device`,
  ]);
  if (report.last_trouble !== undefined) rows.push(['Last trouble', report.last_trouble]);
  if (report.ledger !== null) rows.push(['Ledger', report.ledger]);
  return `<section><h2>Account</h2><table><tbody>${rows.map(([name, text]) => `<tr><td>${escape(name)}</td><td>${escape(text)}</td></tr>`).join('')}</tbody></table></section>`;
}

const STYLE = `
:root{color-scheme:light dark;--ink:#16202b;--soft:#5b6875;--line:#d9dfe5;--page:#f5f7f9;--card:#fff;--a:#1261a6;--b:#c2410c;--c:#8593a0;--good:#0f7b4b;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa7b4;--line:#2d3843;--page:#10161c;--card:#18212a;--a:#63b0f2;--b:#f59e5b;--c:#77858f;--good:#3fb97f;--bad:#f2766b}}
*{box-sizing:border-box}
body{margin:0 auto;padding:28px 24px 60px;max-width:960px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 10px}
h3{font-size:13px;font-weight:500;color:var(--soft);margin:0}
header p,.note{color:var(--soft);margin:0}
.note{font-size:13px;margin:10px 0 0}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin-top:16px}
section.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(155px,1fr));gap:12px;padding:0;border:0;background:none}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px;display:flex;flex-direction:column}
.card b{font-size:24px;font-weight:650;line-height:1.3}
.card span{font-size:13px;color:var(--soft)}
.card.bad b{color:var(--bad)}
.badge{display:inline-block;padding:1px 9px;border-radius:99px;font-size:13px;font-weight:600;border:1px solid var(--line);color:var(--soft);white-space:nowrap}
h1 .badge{margin-right:10px;font-size:15px;vertical-align:2px}
.badge.good{color:var(--good);border-color:currentColor}
.badge.bad{color:var(--bad);border-color:currentColor}
table{width:100%;border-collapse:collapse}
th{font-size:13px;font-weight:500;color:var(--soft);text-align:left}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child td{border-bottom:0}
td.n,th.n{text-align:right;padding-right:0;padding-left:12px;white-space:nowrap}
td:first-child{white-space:nowrap;width:1%}
td ul{margin:4px 0 0;padding-left:18px;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
code{font:13px ui-monospace,monospace}
.plots{margin-top:14px}
svg{display:block;width:100%;height:auto;margin-top:18px}
svg .title{font-size:14px;font-weight:600;fill:var(--ink)}
svg .tick{font-size:12px;fill:var(--soft)}
svg .grid{stroke:var(--line);stroke-width:1}
svg path{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
svg .a{stroke:var(--a);stroke-width:2}svg .b{stroke:var(--b);stroke-width:2}svg .c{stroke:var(--c);stroke-width:2;stroke-dasharray:5 4}
@media print{body{background:#fff;max-width:none;padding:0}section{break-inside:avoid}}
`;
