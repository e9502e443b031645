import type { Validity } from '../vitals/quality.ts';
import type { Mode } from '../vitals/reading.ts';
import type { VitalName, VitalValues } from '../vitals/vital.ts';

/**
 * Vitals over time in three tiers: `raw` as measured (kept 7 days), `5m` (30 days) and `1h` (52 weeks) as windows' means with their
 * extremes. The storage pipeline writes, the API reads.
 */
export interface TimeSeries {
  /**
   * Stores points; durable once resolved, also across a crash of the engine. Idempotent: (patient, device, moment) names a point, and
   * writing it again leaves one, with the newest value, and its mark, of each vital that was given.
   * Points older than their tier is kept may be left out. @throws VitalwireError `unavailable` (whether it was stored is unknown; trying
   * again is safe)
   */
  writeRaw(points: readonly RawPoint[]): Promise<void>;
  /** The same for windows; (tier, patient, start) names one, and the newest write replaces it whole. */
  writeWindows(windows: readonly WindowPoint[]): Promise<void>;
  /** Points with fromMs <= atMs < toMs, oldest first, at most `limit`. */
  raw(range: SeriesRange): Promise<readonly RawPoint[]>;
  /** Windows with fromMs <= startMs < toMs, oldest first, at most `limit`. */
  windows(tier: Tier, range: SeriesRange): Promise<readonly WindowPoint[]>;
  /** @throws VitalwireError `unavailable` */
  ping(): Promise<void>;
  /** Stores what was accepted. Idempotent. */
  close(): Promise<void>;
}

export type Tier = '5m' | '1h';

export const TIER_MS: Readonly<Record<Tier, number>> = { '5m': 300_000, '1h': 3_600_000 };

export const RETENTION_MS: Readonly<Record<'raw' | Tier, number>> = {
  raw: 7 * 86_400_000,
  '5m': 30 * 86_400_000,
  '1h': 52 * 7 * 86_400_000,
};

export interface SeriesRange {
  readonly patientId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** What one device measured at one moment; temperature in °F. */
export interface RawPoint {
  readonly patientId: string;
  readonly deviceId: string;
  readonly region: string;
  /** Event time, corrected where the device's clock was wrong. */
  readonly atMs: number;
  readonly vitals: VitalValues;
  /** Marks of the vitals that are not plainly valid. */
  readonly validity: Readonly<Partial<Record<VitalName, Validity>>>;
  readonly mode: Mode;
  /** What was added to the device's own time, 0 where its clock was trusted. */
  readonly clockCorrectionMs: number;
  /** When it arrived, of a reading that came a minute or more after it was measured; left out of all others. */
  readonly receivedAtMs?: number | undefined;
}

/** One patient's usable values of one window [startMs, startMs + TIER_MS[tier]), aligned to the epoch, by event time. */
export interface WindowPoint {
  readonly tier: Tier;
  readonly patientId: string;
  readonly region: string;
  readonly startMs: number;
  readonly vitals: Readonly<Partial<Record<VitalName, WindowStatistics>>>;
}

export interface WindowStatistics {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}
