import type { Analytics } from '@vitalwire/core/ports/analytics.ts';
import type { TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import type { StorageMetrics } from '../metrics.ts';
import { putRow, type StorageOutputs } from '../pipelines/storage.ts';
import type { Attempt } from '../runtime/attempt.ts';
import type { Sink } from '../runtime/topology.ts';
import { momentsFromRaw } from './window-repair.ts';

/** Raw points first, so that the windows repaired are computed from all of them; then windows, then trends. Each write may be repeated. */
export function storageSink(deps: {
  readonly timeSeries: TimeSeries;
  readonly analytics: Analytics;
  readonly attempt: Attempt;
  readonly metrics: StorageMetrics;
}): Sink<StorageOutputs> {
  const { timeSeries, analytics, attempt, metrics } = deps;
  return {
    async store(outputs) {
      const { raw, repairs } = outputs;
      if (raw.length > 0) await attempt('raw', () => timeSeries.writeRaw(raw));
      const windows = new Map(outputs.windows);
      const trends = new Map(outputs.trends);
      for (const window of repairs.values()) {
        const moments = await attempt('repair', () => momentsFromRaw(timeSeries, window));
        putRow(window, moments, { windows, trends });
        metrics.repairs.inc({ tier: window.tier });
      }
      if (windows.size > 0) await attempt('windows', () => timeSeries.writeWindows([...windows.values()]));
      if (trends.size > 0) await attempt('trends', () => analytics.writeTrends([...trends.values()]));
      for (const { tier } of windows.values()) metrics.windows.inc({ tier });
    },
  };
}
