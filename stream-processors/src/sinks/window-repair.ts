import type { RawPoint, TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import { isUsable } from '@vitalwire/core/vitals/quality.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { addValue, newMoments } from '../operators/moments.ts';
import { windowEnd, type WindowOf } from '../operators/tumbling-windows.ts';

const PAGE_POINTS = 4_000;

/** The window's values computed again from the raw tier, by the operator that computed them the first time. Reads a page at a time. */
export async function momentsFromRaw(
  timeSeries: TimeSeries,
  window: WindowOf,
  pagePoints: number = PAGE_POINTS,
): Promise<Float64Array> {
  const moments = newMoments(VITALS.length);
  const toMs = windowEnd(window);
  let fromMs = window.startMs;
  let limit = pagePoints;
  for (;;) {
    const page = await timeSeries.raw({ patientId: window.patientId, fromMs, toMs, limit });
    const full = page.length >= limit;
    const lastMs = page.at(-1)?.atMs ?? toMs;
    // Several devices may have measured at the moment where a full page ends: that moment is read again, whole.
    const complete = full ? page.filter((point) => point.atMs < lastMs) : page;
    for (const point of complete) addPoint(moments, point);
    if (!full) return moments;
    fromMs = lastMs;
    limit = complete.length === 0 ? limit * 2 : pagePoints;
  }
}

function addPoint(moments: Float64Array, point: RawPoint): void {
  for (const [index, vital] of VITALS.entries()) {
    const value = point.vitals[vital];
    if (value !== undefined && isUsable(point.validity[vital] ?? 'valid')) addValue(moments, index, value);
  }
}
