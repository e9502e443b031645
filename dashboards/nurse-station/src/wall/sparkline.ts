/** A bed's sparklines: one small canvas a tile, drawn only when its trace has a new point. */
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import { TRACE_MS, type Trace, type TracePoint } from '../feed/trace.ts';

/**
 * Where each vital's line lies, as fractions of the canvas: under its number, where the stylesheet's grid leaves room. Cuff and probe have none:
 * ten minutes hold one of their values at most.
 */
const SLOTS: Readonly<Partial<Record<VitalName, readonly [left: number, width: number]>>> = {
  heartbeat: [0, 0.36],
  oxygen_saturation: [0.38, 0.34],
  respiratory_rate: [0.74, 0.26],
};
const EDGE = 0.08;

/** The least span of the y axis, so that a quiet signal looks quiet. */
const SPAN: Readonly<Partial<Record<VitalName, number>>> = {
  heartbeat: 30,
  oxygen_saturation: 8,
  respiratory_rate: 12,
};

/** A longer silence is a gap in the line. */
const GAP_MS = 30_000;

export function drawSparklines(canvas: HTMLCanvasElement, trace: Trace, nowMs: number): void {
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
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = 1.2 * ratio;
  context.lineJoin = 'round';
  for (const [vital, slot] of Object.entries(SLOTS)) {
    const [left, share] = slot;
    const box = { x: left * width, y: EDGE * height, width: share * width, height: (1 - 2 * EDGE) * height };
    drawLine(context, trace.points(vital as VitalName), vital as VitalName, box, nowMs);
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function drawLine(
  context: CanvasRenderingContext2D,
  points: readonly TracePoint[],
  vital: VitalName,
  box: Box,
  nowMs: number,
): void {
  const fromMs = nowMs - TRACE_MS;
  const visible = points.filter(({ atMs }) => atMs >= fromMs);
  if (visible.length === 0) return;
  let [min, max] = [Infinity, -Infinity];
  for (const { value } of visible) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const missing = Math.max(0, (SPAN[vital] ?? 1) - (max - min)) / 2;
  [min, max] = [min - missing, max + missing];
  context.beginPath();
  let previousMs = -Infinity;
  for (const { atMs, value } of visible) {
    const x = box.x + ((atMs - fromMs) / TRACE_MS) * box.width;
    const y = box.y + (1 - (value - min) / (max - min)) * box.height;
    if (atMs - previousMs > GAP_MS) context.moveTo(x, y);
    else context.lineTo(x, y);
    previousMs = atMs;
  }
  context.stroke();
}
