/** Fills new beds' sparklines with the minutes before the page was opened: one gentle request at a time, urgent beds first. */
import { effect, type ReadonlySignal } from '@preact/signals';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { valueAt, type Api, type VitalsPoint } from '../api/client.ts';
import { TRACE_MS, type TracePoint } from '../feed/trace.ts';
import type { Bed } from '../station.ts';

/** A station that just started lets the numbers come first. */
const START_AFTER_MS = 1500;
const PAUSE_MS = 200;
/** Beyond this, sparklines grow by themselves: the server has better things to do. */
const BEDS_MAX = 120;

/** Returns how to stop. A request that fails leaves that bed's sparkline to grow by itself. */
export function backfillTraces(
  api: Api,
  beds: ReadonlySignal<readonly Bed[]>,
  now: () => number,
  filled: (bed: Bed) => void,
): () => void {
  const done = new Set<string>();
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const next = async (): Promise<void> => {
    const [bed] = beds
      .peek()
      .filter(({ id }) => !done.has(id))
      .sort((a, b) => b.urgency.peek() - a.urgency.peek());
    timer = undefined;
    if (bed === undefined || done.size >= BEDS_MAX) return;
    done.add(bed.id);
    try {
      const toMs = now();
      const { points } = await api.vitals(
        bed.id,
        { fromMs: toMs - TRACE_MS, toMs, resolution: 'raw' },
        stopping.signal,
      );
      for (const vital of VITALS) bed.trace.prepend(vital, pointsOf(points, vital));
      filled(bed);
    } catch {
      // Said above: the sparkline grows by itself.
    }
    if (!stopping.signal.aborted) timer = setTimeout(() => void next(), PAUSE_MS);
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
