import { renderPlot, type Line } from './plot.ts';
import type { SeriesPoint } from './series.ts';
import { formatCount, formatMs } from './text.ts';

type Quantity = Exclude<keyof SeriesPoint, 'at_s'>;
type Shown = readonly [name: string, style: Line['style'], of: Quantity];

/** Each plot's lines, in the order in which they are drawn. */
const PLOTS: readonly {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly lines: readonly Shown[];
}[] = [
  {
    title: 'Readings a second',
    format: formatCount,
    lines: [
      ['wanted', 'c', 'wanted'],
      ['acknowledged', 'a', 'acknowledged'],
    ],
  },
  {
    title: 'PUBACK',
    format: formatMs,
    lines: [
      ['p99', 'b', 'puback_p99'],
      ['p50', 'a', 'puback_p50'],
    ],
  },
  {
    title: 'Vitals on the station',
    format: formatMs,
    lines: [
      ['p99', 'b', 'vitals_p99'],
      ['p50', 'a', 'vitals_p50'],
    ],
  },
  {
    title: 'Alert on the station, beyond its delay',
    format: formatMs,
    lines: [
      ['max', 'b', 'alert_max'],
      ['p50', 'a', 'alert_p50'],
    ],
  },
  {
    title: 'Connected devices',
    format: formatCount,
    lines: [['connected', 'a', 'connected']],
  },
  {
    title: 'Readings waiting for their PUBACK, or for a connection',
    format: formatCount,
    lines: [['waiting', 'b', 'waiting']],
  },
  {
    title: 'Own lateness, the worst of each second',
    format: formatMs,
    lines: [['max', 'b', 'schedule_late_max']],
  },
];

/** What happened by the second; what was never measured is left out. */
export function renderPlots(series: readonly SeriesPoint[]): string {
  const atS = series.map(({ at_s: s }) => s);
  // A closed loop wants no rate: a line at 0 would say that it wanted none.
  const isOpen = series.some(({ wanted }) => wanted > 0);
  const plots = PLOTS.map(({ title, format, lines }) =>
    renderPlot({
      title,
      atS,
      format,
      scale: format === formatCount ? 'whole' : 'log',
      lines: lines
        .filter(([, , of]) => of !== 'wanted' || isOpen)
        .map(([name, style, of]) => ({ name, style, values: series.map((point) => point[of]) })),
    }),
  );
  return `<div class="plots scroll">${plots.filter((plot) => plot !== '').join('\n')}</div>`;
}
