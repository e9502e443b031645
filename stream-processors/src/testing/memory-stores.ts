import type {
  Analytics,
  RegionalStatistics,
  RiskScore,
  VitalTrend,
} from '@vitalwire/core/ports/analytics.ts';
import type { Checkpoint, CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { LiveBus, LiveVitals, Pulse } from '@vitalwire/core/ports/live-bus.ts';
import type { RawPoint, TimeSeries, WindowPoint } from '@vitalwire/core/ports/time-series.ts';

/** What the pipelines write, kept by the keys the ports promise, so that writing twice shows only where it should. */
export class MemoryStores {
  readonly raw = new Map<string, RawPoint>();
  readonly windows = new Map<string, WindowPoint>();
  readonly trends = new Map<string, VitalTrend>();
  readonly riskScores = new Map<string, RiskScore>();
  readonly regions = new Map<string, RegionalStatistics>();
  readonly live = new Map<string, LiveVitals>();
  readonly pulses: Pulse[] = [];
  readonly checkpoints = new Map<string, Checkpoint>();

  timeSeries(): TimeSeries {
    return {
      writeRaw: async (points) => {
        for (const point of points) this.#putRaw(point);
      },
      writeWindows: async (windows) => {
        for (const window of windows) {
          this.windows.set(`${window.tier} ${window.patientId} ${window.startMs}`, window);
        }
      },
      raw: async ({ patientId, fromMs, toMs, limit }) =>
        [...this.raw.values()]
          .filter((point) => point.patientId === patientId && point.atMs >= fromMs && point.atMs < toMs)
          .toSorted((a, b) => a.atMs - b.atMs)
          .slice(0, limit),
      windows: async () => [],
      ping: async () => {},
      close: async () => {},
    };
  }

  #putRaw(point: RawPoint): void {
    const key = `${point.patientId} ${point.deviceId} ${point.atMs}`;
    const before = this.raw.get(key);
    const given = Object.entries(point.vitals).filter(([, value]) => value !== undefined);
    this.raw.set(
      key,
      before ? { ...point, vitals: { ...before.vitals, ...Object.fromEntries(given) } } : point,
    );
  }

  analytics(): Analytics {
    return {
      writeTrends: async (trends) => {
        for (const trend of trends) {
          this.trends.set(`${trend.patientId} ${trend.vital} ${trend.hourMs}`, trend);
        }
      },
      writeRiskScores: async (scores) => {
        for (const score of scores) this.riskScores.set(`${score.patientId} ${score.atMs}`, score);
      },
      writeRegionalStatistics: async (rows) => {
        for (const row of rows) this.regions.set(`${row.region} ${row.hourMs}`, row);
      },
      trends: async () => [],
      riskScores: async () => [],
      latestRiskScore: async () => undefined,
      regionalStatistics: async () => [],
      ping: async () => {},
      close: async () => {},
    };
  }

  liveBus(): LiveBus {
    return {
      publishVitals: async (updates) => {
        for (const update of updates) this.live.set(update.patientId, update);
      },
      publishPresence: async () => {},
      publishPulse: async (pulse) => void this.pulses.push(pulse),
      latestVitals: async () => [],
      allLatestVitals: async () => [...this.live.values()],
      presence: async () => [],
      subscribe: async () => ({ unsubscribe: async () => {} }),
      ping: async () => {},
      close: async () => {},
    };
  }

  checkpointStore(): CheckpointStore {
    return {
      load: async (pipeline) => this.checkpoints.get(pipeline),
      save: async (pipeline, _, checkpoint) => void this.checkpoints.set(pipeline, checkpoint),
      close: async () => {},
    };
  }
}
