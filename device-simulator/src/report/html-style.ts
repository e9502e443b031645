/** The page's own style: light or dark as the reader has it, narrow or wide, and on paper. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#16202b;--soft:#5b6875;--line:#d9dfe5;--page:#f5f7f9;--card:#fff;--a:#1261a6;--b:#c2410c;--c:#8593a0;--good:#0f7b4b;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa7b4;--line:#2d3843;--page:#10161c;--card:#18212a;--a:#63b0f2;--b:#f59e5b;--c:#77858f;--good:#3fb97f;--bad:#f2766b}}
*{box-sizing:border-box}
body{margin:0 auto;padding:28px 24px 60px;max-width:960px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:22px;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 10px}
h3{font-size:13px;font-weight:500;color:var(--soft);margin:0}
header p,.note{color:var(--soft);margin:0}
.note{font-size:13px;margin:10px 0 0}
.why{margin:8px 0 0;padding-left:20px;color:var(--bad)}
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
@media (max-width:700px){body{padding:18px 12px 40px}section{padding:14px 14px}section.cards{grid-template-columns:repeat(auto-fit,minmax(130px,1fr))}th,td{padding-right:8px}td.n,th.n{padding-left:8px}.account td:first-child{white-space:normal;width:34%}.account td{overflow-wrap:anywhere}.account td:first-child{overflow-wrap:normal}.latency th,.latency td{font-size:12px;padding-right:0}.latency td.n,.latency th.n{padding-left:5px}.latency td:first-child{white-space:normal;width:auto}.scroll{overflow-x:auto}.scroll svg{min-width:600px}.promises td,.promises th{font-size:14px}.promises td:first-child{padding-right:6px}}
@media print{body{background:#fff;max-width:none;padding:0}section{break-inside:avoid}}
`;
