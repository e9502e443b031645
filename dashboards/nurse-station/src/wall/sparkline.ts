/** A bed's sparklines: one canvas a tile, drawn only when its trace has a new point. */
import type { Limits } from '../feed/patient.ts';
import { TRACE_MS, type Trace, type TracePoint } from '../feed/trace.ts';
import { colorOf } from '../shell/theme.ts';
import type { VitalName } from '../vital-text.ts';
import { sparkScale, type SparkScale } from './spark-scale.ts';

/**
 * Where each vital's line lies, as fractions of the canvas: under its number, in the stylesheet's columns. Cuff and probe have none: ten
 * minutes hold one of their values at most.
 */
const SLOTS: readonly (readonly [vital: VitalName, left: number, width: number])[] = [
  ['heartbeat', 0, 0.355],
  ['oxygen_saturation', 0.385, 0.335],
  ['respiratory_rate', 0.75, 0.25],
];

/** A longer silence is a gap in the line. */
const GAP_MS = 30_000;

export interface SparkColors {
  readonly line: string;
  readonly limit: string;
  readonly outside: string;
  readonly danger: string;
}

/** Asked once a theme: each answer costs a layout. */
export function sparkColors(): SparkColors {
  return {
    line: colorOf('--spark'),
    limit: colorOf('--spark-limit'),
    outside: colorOf('--yellow-line'),
    danger: colorOf('--red-line'),
  };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function drawSparklines(
  canvas: HTMLCanvasElement,
  trace: Trace,
  limits: Limits | undefined,
  colors: SparkColors,
  nowMs: number,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (width === 0 || height === 0) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.clearRect(0, 0, width, height);
  context.lineJoin = 'round';
  const lineWidth = Math.max(1.5 * ratio, Math.min(3 * ratio, height / 34));
  const fromMs = nowMs - TRACE_MS;
  for (const [vital, left, share] of SLOTS) {
    const box = { x: left * width, y: 0, width: share * width, height };
    const points = trace.points(vital).filter(({ atMs }) => atMs >= fromMs);
    const values = points.map(({ value }) => value);
    const scale = sparkScale(vital, values, limits?.[vital]);
    if (scale === undefined) continue;
    const yOf = (value: number): number =>
      Math.round(box.y + (1 - (value - scale.min) / (scale.max - scale.min)) * box.height);
    drawLimits(context, box, scale, yOf, colors, ratio);
    const path = lineOf(points, box, yOf, fromMs);
    context.lineWidth = lineWidth;
    for (const { top, bottom, color } of bandsOf(box, scale, yOf, colors)) {
      context.save();
      context.beginPath();
      context.rect(box.x - lineWidth, top, box.width + 2 * lineWidth, bottom - top);
      context.clip();
      context.strokeStyle = color;
      context.stroke(path);
      context.restore();
    }
  }
}

function drawLimits(
  context: CanvasRenderingContext2D,
  box: Box,
  { low, high }: SparkScale,
  yOf: (value: number) => number,
  colors: SparkColors,
  ratio: number,
): void {
  context.strokeStyle = colors.limit;
  context.lineWidth = ratio;
  for (const limit of [low, high]) {
    if (limit === undefined) continue;
    const y = yOf(limit) + ratio / 2;
    context.beginPath();
    context.moveTo(box.x, y);
    context.lineTo(box.x + box.width, y);
    context.stroke();
  }
}

function lineOf(
  points: readonly TracePoint[],
  box: Box,
  yOf: (value: number) => number,
  fromMs: number,
): Path2D {
  const path = new Path2D();
  let previousMs = -Infinity;
  for (const { atMs, value } of points) {
    const x = box.x + ((atMs - fromMs) / TRACE_MS) * box.width;
    if (atMs - previousMs > GAP_MS) path.moveTo(x, yOf(value));
    else path.lineTo(x, yOf(value));
    previousMs = atMs;
  }
  return path;
}

/** Outside its limits the line takes the colour of the alarm there, so that a crossing that is over can still be seen. */
function bandsOf(box: Box, scale: SparkScale, yOf: (value: number) => number, colors: SparkColors) {
  const [top, bottom] = [box.y, box.y + box.height];
  const at = (limit: number | undefined, none: number): number => (limit === undefined ? none : yOf(limit));
  const [high, low] = [at(scale.high, top), at(scale.low, bottom)];
  const redHigh = Math.min(high, at(scale.redHigh, top));
  const redLow = Math.max(low, at(scale.redLow, bottom));
  return [
    { top, bottom: redHigh, color: colors.danger },
    { top: redHigh, bottom: high, color: colors.outside },
    { top: high, bottom: low, color: colors.line },
    { top: low, bottom: redLow, color: colors.outside },
    { top: redLow, bottom, color: colors.danger },
  ];
}
