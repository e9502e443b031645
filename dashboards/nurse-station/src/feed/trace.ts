/** The last minutes of a bed's vitals, thinned, for its sparklines. */
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Vitals } from './patient.ts';

export const TRACE_MS = 10 * 60_000;
const STEP_MS = 4000;

export interface TracePoint {
  readonly atMs: number;
  readonly value: number;
}

/** One point every few seconds a vital, oldest first, within TRACE_MS of the newest; a value that is no measurement leaves a gap. */
export class Trace {
  readonly #points = new Map<VitalName, TracePoint[]>();

  points(vital: VitalName): readonly TracePoint[] {
    return this.#points.get(vital) ?? [];
  }

  /** Whether anything was added. */
  add(vitals: Vitals): boolean {
    let added = false;
    for (const [name, vital] of Object.entries(vitals)) {
      if (vital.validity === 'invalid' || vital.validity === 'not_available') continue;
      const points = this.#points.get(name as VitalName) ?? [];
      const last = points.at(-1);
      if (last !== undefined && vital.measuredAtMs - last.atMs < STEP_MS) continue;
      points.push({ atMs: vital.measuredAtMs, value: vital.value });
      while (points[0] !== undefined && points[0].atMs < vital.measuredAtMs - TRACE_MS) points.shift();
      this.#points.set(name as VitalName, points);
      added = true;
    }
    return added;
  }

  /** Older points, fetched; oldest first. */
  prepend(vital: VitalName, older: readonly TracePoint[]): void {
    const points = this.#points.get(vital) ?? [];
    const firstMs = points[0]?.atMs ?? Infinity;
    const thinned: TracePoint[] = [];
    for (const point of older) {
      const last = thinned.at(-1);
      if (point.atMs < firstMs && (last === undefined || point.atMs - last.atMs >= STEP_MS))
        thinned.push(point);
    }
    this.#points.set(vital, [...thinned, ...points]);
  }
}
