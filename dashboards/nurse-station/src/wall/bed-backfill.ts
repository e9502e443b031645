/**
 * What the feed does not carry: the minutes before the page was opened, for the sparklines, and each patient's limits, which are read
 * again now and then, for somebody else may change them. One gentle request at a time, urgent beds first.
 */
import { effect, type ReadonlySignal } from '@preact/signals';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { valueAt, type Api, type VitalsPoint } from '../api/client.ts';
import type { Limits } from '../feed/patient.ts';
import { TRACE_MS, type TracePoint } from '../feed/trace.ts';
import type { Bed } from '../live/bed.ts';

/** A station that just started lets the numbers come first. */
const START_AFTER_MS = 800;
const PAUSE_MS = 50;
/** Each bed's limits are this old at most, while the server answers. */
const LIMITS_AGE_MS = 10 * 60_000;
/** Beyond this, sparklines grow by themselves: the server has better things to do. */
const BEDS_MAX = 120;

export interface BackfillListener {
  traced(bed: Bed): void;
  limits(patientId: string, limits: Limits): void;
}

/** Returns how to stop. A request that fails leaves that bed's sparkline to grow by itself, and its limits to the next round. */
export function backfillBeds(
  api: Api,
  beds: ReadonlySignal<readonly Bed[]>,
  now: () => number,
  listener: BackfillListener,
): () => void {
  const traced = new Set<string>();
  const askedMs = new Map<string, number>();
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const needsLimits = ({ id }: Bed): boolean => now() - (askedMs.get(id) ?? -Infinity) > LIMITS_AGE_MS;
  const needsTrace = ({ id }: Bed): boolean => !traced.has(id) && traced.size < BEDS_MAX;

  const learnLimits = async (bed: Bed): Promise<void> => {
    askedMs.set(bed.id, now());
    const { limits } = await api.patient(bed.id, stopping.signal);
    if (limits !== undefined) listener.limits(bed.id, limits);
  };

  const fillTrace = async (bed: Bed): Promise<void> => {
    traced.add(bed.id);
    const toMs = now();
    const { points } = await api.vitals(
      bed.id,
      { fromMs: toMs - TRACE_MS, toMs, resolution: 'raw' },
      stopping.signal,
    );
    for (const vital of VITALS) bed.trace.prepend(vital, pointsOf(points, vital));
    listener.traced(bed);
  };

  const next = async (): Promise<void> => {
    const urgentFirst = beds.peek().toSorted((a, b) => b.urgency.peek() - a.urgency.peek());
    const unlimited = urgentFirst.find(needsLimits);
    const untraced = urgentFirst.find(needsTrace);
    try {
      // Limits are small and decide how a number is read; the past comes after them.
      if (unlimited !== undefined) await learnLimits(unlimited);
      else if (untraced !== undefined) await fillTrace(untraced);
    } catch {
      // Said above: the sparkline grows by itself, and the limits are asked for in the next round.
    }
    if (stopping.signal.aborted) return;
    const idle = unlimited === undefined && untraced === undefined;
    timer = setTimeout(() => void next(), idle ? START_AFTER_MS : PAUSE_MS);
  };

  const stopWatching = effect(() => {
    if (beds.value.length > 0 && timer === undefined) timer = setTimeout(() => void next(), START_AFTER_MS);
  });
  return () => {
    stopWatching();
    clearTimeout(timer);
    stopping.abort();
  };
}

function pointsOf(points: readonly VitalsPoint[], vital: VitalName): TracePoint[] {
  return points.flatMap((point) => {
    const value = valueAt(point, vital);
    return value === undefined ? [] : [{ atMs: Date.parse(point.at), value }];
  });
}
