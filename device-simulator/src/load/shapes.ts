import type { Segment } from './schedule.ts';

/** How the rate of all devices goes over the duration of a run. */
export const SHAPES = ['constant', 'ramp', 'step', 'spike', 'storm', 'soak'] as const;
export type ShapeName = (typeof SHAPES)[number];

/** A stretch of a run; rates are of each device, readings a second. */
export interface Phase {
  readonly durationMs: number;
  readonly from: number;
  readonly to: number;
}

export const PHASES_FORMAT = '30s@1,1m@1..5,30s@0 (readings a second of each device)';

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The phases, or what is wrong with them. */
export function parsePhases(text: string): readonly Phase[] | string {
  const phases: Phase[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d+(?:\.\d+)?)(ms|s|m|h)@(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?\s*$/.exec(part);
    if (!match) return `"${part}" is not like ${PHASES_FORMAT}.`;
    const [, length, unit = 's', from, to = from] = match;
    phases.push({ durationMs: Number(length) * (UNITS_MS[unit] ?? 1), from: Number(from), to: Number(to) });
  }
  if (phases.every(({ from, to }) => from === 0 && to === 0)) return 'No phase has a rate above 0.';
  return phases;
}

/** Steps of the step shape, as shares of the rate. */
const STEPS = [0.25, 0.5, 0.75, 1] as const;
const RAMP_FROM = 0.1;
/** The middle tenth of the time, at five times the rate. */
const SPIKE = { startShare: 0.45, share: 0.1, height: 5 } as const;

/** The named shapes as phases; `durationMs` may be Infinity where the rate is constant. */
export function phasesOf(shape: ShapeName, rate: number, durationMs: number): readonly Phase[] {
  switch (shape) {
    case 'ramp':
      return [{ durationMs, from: rate * RAMP_FROM, to: rate }];
    case 'step':
      return STEPS.map((share) => ({
        durationMs: durationMs / STEPS.length,
        from: rate * share,
        to: rate * share,
      }));
    case 'spike': {
      const rest = { from: rate, to: rate };
      return [
        { durationMs: durationMs * SPIKE.startShare, ...rest },
        { durationMs: durationMs * SPIKE.share, from: rate * SPIKE.height, to: rate * SPIKE.height },
        { durationMs: durationMs * (1 - SPIKE.startShare - SPIKE.share), ...rest },
      ];
    }
    case 'constant':
    case 'soak':
    case 'storm':
    default:
      return [{ durationMs, from: rate, to: rate }];
  }
}

export const segmentsOf = (phases: readonly Phase[], devices: number): Segment[] =>
  phases.map(({ durationMs, from, to }) => ({ durationMs, fromPerS: from * devices, toPerS: to * devices }));

/** When a reconnect storm cuts every connection: after each third, and each minute of a long run. */
export function stormsMs(shape: ShapeName, durationMs: number): readonly number[] {
  if (shape !== 'storm') return [];
  const everyMs = Math.min(60_000, durationMs / 3);
  return Array.from({ length: Math.ceil(durationMs / everyMs) - 1 }, (_, i) => (i + 1) * everyMs);
}
