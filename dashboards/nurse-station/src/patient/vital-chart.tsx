/** One vital (or the cuff's pair) over time: mean line, the tier's min–max band, limits, and the times an alert stood. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Limits } from '../feed/patient.ts';
import { colorOf, colorScheme } from '../shell/theme.ts';
import type { Tone } from '../alerts/alert-text.ts';
import { formatVital, isIntermittent, VITAL_TEXT, type VitalName } from '../vital-text.ts';
import { drawArtefacts, drawEpisodes, drawLate, drawLimits, palette } from './chart-paint.ts';
import type { ChartMarks } from './chart-marks.ts';
import type { Columns } from './series.ts';
import { timeLabels, formatCursor } from './time-axis.ts';

export interface Episode {
  readonly fromMs: number;
  readonly toMs: number;
  readonly tone: Tone;
  /** False where it was found afterwards. */
  readonly told: boolean;
}

interface Props {
  readonly label: string;
  readonly vitals: readonly VitalName[];
  readonly columns: Columns;
  readonly marks: ChartMarks;
  readonly span: { readonly fromMs: number; readonly toMs: number };
  readonly limits: Limits;
  readonly episodes: readonly Episode[];
  readonly onSelect: (fromMs: number, toMs: number) => void;
  readonly onReset: () => void;
}

/** More dots than this are a smear. */
const POINTS_SHOWN_MAX = 80;
/** All vitals' charts share one cursor. */
const SYNC_KEY = 'vitals';

export function VitalChart(props: Props) {
  const { label, vitals, columns, span, marks } = props;
  const box = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const colours = colorScheme.value;

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const say = (text: string): void => {
      if (readout.current !== null) readout.current.textContent = text;
    };
    const made = new uPlot(optionsOf(latest, sizeOf(element), say), latest.current.columns, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [colours, vitals]);

  useLayoutEffect(() => {
    const made = plot.current;
    made?.batch(() => {
      made.setData(columns, false);
      made.setScale('x', { min: span.fromMs, max: span.toMs });
    });
  }, [columns, span.fromMs, span.toMs, props.limits, props.episodes, marks, colours]);

  const unit = VITAL_TEXT[vitals[0] ?? 'heartbeat'].unit;
  return (
    <figure class="chart" data-chart={vitals[0]}>
      <figcaption>
        <b>{label}</b> <span class="unit">{unit}</span>
        {marks.artefacts.length > 0 && <span class="chart-key">× artefact</span>}
        {marks.arrivedLate.length > 0 && (
          <span class="chart-key" title="Readings that arrived afterwards: nobody could be told at the time">
            <span class="key-late" /> arrived later
          </span>
        )}
        <span class="readout" ref={readout} />
      </figcaption>
      <div class="chart-box" ref={box} />
    </figure>
  );
}

const sizeOf = (element: HTMLElement) => ({ width: element.clientWidth, height: element.clientHeight });

function optionsOf(
  latest: { readonly current: Props },
  size: { readonly width: number; readonly height: number },
  say: (text: string) => void,
): uPlot.Options {
  const { vitals } = latest.current;
  const [line, band, grid, text] = ['--chart-line', '--chart-band', '--chart-grid', '--text-dim'].map(
    colorOf,
  );
  const colors = palette();
  const axis = {
    stroke: text ?? '',
    grid: { stroke: grid ?? '', width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const series: uPlot.Series[] = [{}];
  for (const vital of vitals) {
    series.push(
      {
        stroke: line ?? '',
        width: 1.6,
        points: { show: (_, __, from, to) => isIntermittent(vital) && to - from < POINTS_SHOWN_MAX, size: 5 },
        spanGaps: false,
      },
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    );
  }
  return {
    ...size,
    ms: 1,
    legend: { show: false },
    padding: [6, 34, 0, 0],
    cursor: {
      sync: { key: SYNC_KEY, scales: ['x', null] },
      drag: { x: true, y: false, setScale: false },
      y: false,
      points: { size: 6 },
      bind: {
        dblclick: () => () => {
          latest.current.onReset();
          return null;
        },
      },
    },
    scales: {
      x: { time: true, auto: false, range: (_, min, max) => [min, max] },
      y: { range: (_, min, max) => yRange(vitals, min, max) },
    },
    axes: [
      { ...axis, size: 24, values: (_, splits, _index, _space, step) => timeLabels(splits, step) },
      { ...axis, size: 44 },
    ],
    series,
    bands: vitals.map((_, index) => ({ series: [3 + index * 3, 2 + index * 3], fill: band ?? '' })),
    hooks: {
      drawClear: [(plot) => drawEpisodes(plot, latest.current.episodes, colors)],
      draw: [
        (plot) => {
          drawLimits(plot, latest.current, colors);
          drawLate(plot, latest.current.marks.arrivedLate, colors);
          drawArtefacts(plot, latest.current.marks.artefacts, colors);
        },
      ],
      setCursor: [(plot) => say(cursorText(plot, vitals))],
      setSelect: [
        (plot) => {
          if (plot.select.width < 8) return;
          const from = plot.posToVal(plot.select.left, 'x');
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x');
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          latest.current.onSelect(from, to);
        },
      ],
    },
  };
}

/** At least the vital's usual span, so that a quiet line stays flat and the axis rarely moves. */
function yRange(vitals: readonly VitalName[], min: number | null, max: number | null): [number, number] {
  const [low, high] = VITAL_TEXT[vitals[0] ?? 'heartbeat'].axis;
  const margin = (high - low) * 0.04;
  return [Math.min(low, (min ?? low) - margin), Math.max(high, (max ?? high) + margin)];
}

function cursorText(plot: uPlot, vitals: readonly VitalName[]): string {
  const index = plot.cursor.idx;
  if (index === null || index === undefined || (plot.cursor.left ?? -1) < 0) return '';
  const at = plot.data[0][index];
  const read = (column: number, vital: VitalName): string | undefined => {
    const value = plot.data[column]?.[index];
    return value === null || value === undefined ? undefined : formatVital(vital, value);
  };
  const parts = vitals.flatMap((vital, i) => {
    const mean = read(1 + i * 3, vital);
    if (mean === undefined) return [];
    const [min, max] = [read(2 + i * 3, vital), read(3 + i * 3, vital)];
    return [min === undefined || max === undefined ? mean : `${mean} (${min}–${max})`];
  });
  return at === undefined || parts.length === 0 ? '' : `${parts.join(' / ')}  at ${formatCursor(at)}`;
}
