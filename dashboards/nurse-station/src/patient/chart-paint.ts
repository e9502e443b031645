/** What lies under and over a chart's line: when alerts stood, the limits, artefacts, and what arrived later. */
import uPlot from 'uplot';
import type { Tone } from '../alerts/alert-text.ts';
import type { Limits } from '../feed/patient.ts';
import { colorOf } from '../shell/theme.ts';
import type { VitalName } from '../vital-text.ts';
import type { ChartMarks, LateSpan } from './chart-marks.ts';
import type { Episode } from './vital-chart.tsx';

type Palette = Readonly<Record<Tone | 'mark', string>>;

export function palette(): Palette {
  return {
    critical: colorOf('--red-line'),
    high: colorOf('--red-line'),
    medium: colorOf('--yellow-line'),
    low: colorOf('--cyan-line'),
    technical: colorOf('--cyan-line'),
    mark: colorOf('--text-dim'),
  };
}

const DASHES_PX: Readonly<Record<string, number[]>> = {
  critical: [],
  high: [7, 4],
  medium: [3, 4],
  low: [1, 4],
};

export function drawLimits(
  plot: uPlot,
  { vitals, limits }: { readonly vitals: readonly VitalName[]; readonly limits: Limits },
  colors: Palette,
): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const labelled: number[] = [];
  const { min = -Infinity, max = Infinity } = plot.scales['y'] ?? {};
  for (const vital of vitals) {
    const { low = [], high = [] } = limits[vital] ?? {};
    for (const { priority, limit } of [...low, ...high]) {
      if (limit < min || limit > max) continue;
      const y = plot.valToPos(limit, 'y', true);
      ctx.strokeStyle = colors[priority];
      ctx.fillStyle = colors[priority];
      ctx.setLineDash((DASHES_PX[priority] ?? []).map((px) => px * ratio));
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      // Milder limits come first and keep their label where two would lie upon each other.
      if (labelled.some((other) => Math.abs(other - y) < 11 * ratio)) continue;
      labelled.push(y);
      ctx.fillText(String(limit), bbox.left + bbox.width + 4 * ratio, y);
    }
  }
  ctx.restore();
}

/** A filled time is one in which somebody was told; one that was found afterwards is an outline. */
export function drawEpisodes(plot: uPlot, episodes: readonly Episode[], colors: Palette): void {
  const ratio = uPlot.pxRatio;
  inside(plot, ({ ctx, bbox }) => {
    for (const { fromMs, toMs, tone, told } of episodes) {
      const left = plot.valToPos(fromMs, 'x', true);
      const width = Math.max(plot.valToPos(toMs, 'x', true) - left, 2 * ratio);
      ctx.globalAlpha = told ? 0.16 : 0.05;
      ctx.fillStyle = colors[tone];
      ctx.fillRect(left, bbox.top, width, bbox.height);
      if (told) continue;
      ctx.globalAlpha = 0.8;
      ctx.strokeStyle = colors[tone];
      ctx.lineWidth = ratio;
      ctx.setLineDash([2 * ratio, 3 * ratio]);
      ctx.strokeRect(left, bbox.top + ratio, width, bbox.height - 2 * ratio);
    }
  });
}

/** A bar along the foot of the chart. */
export function drawLate(plot: uPlot, spans: readonly LateSpan[], colors: Palette): void {
  const ratio = uPlot.pxRatio;
  inside(plot, ({ ctx, bbox }) => {
    ctx.fillStyle = colors.mark;
    for (const { fromMs, toMs } of spans) {
      const left = plot.valToPos(fromMs, 'x', true);
      const width = Math.max(plot.valToPos(toMs, 'x', true) - left, 2 * ratio);
      ctx.fillRect(left, bbox.top + bbox.height - 4 * ratio, width, 4 * ratio);
    }
  });
}

/** A small cross each, at the value that was measured or, beyond the scale, at its edge. */
export function drawArtefacts(plot: uPlot, artefacts: ChartMarks['artefacts'], colors: Palette): void {
  const arm = 3.5 * uPlot.pxRatio;
  inside(plot, ({ ctx, bbox }) => {
    ctx.strokeStyle = colors.mark;
    ctx.lineWidth = 1.5 * uPlot.pxRatio;
    ctx.beginPath();
    for (const { atMs, value } of artefacts) {
      const x = plot.valToPos(atMs, 'x', true);
      const wanted = plot.valToPos(value, 'y', true);
      const y = Math.min(bbox.top + bbox.height - arm, Math.max(bbox.top + arm, wanted));
      ctx.moveTo(x - arm, y - arm);
      ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x + arm, y - arm);
      ctx.lineTo(x - arm, y + arm);
    }
    ctx.stroke();
  });
}

/** Nothing of it reaches into the axes. */
function inside(plot: uPlot, draw: (plot: uPlot) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(plot);
  ctx.restore();
}
