/**
 * `regional_stats` without a task that sees everybody. The patients of a region are spread over partitions, tasks and processes; each task
 * says at the end of an hour how its own patients stand, as a share under the region's key. Whoever consumes a region's shares adds up what
 * has come and writes the row again: the newest share of a partition replaces the one before, so that repetitions change nothing, in
 * whatever order, and a partition that catches up later repairs the row.
 */
import { z } from 'zod';
import type { AlertLevel, RegionalStatistics } from '../ports/analytics.ts';
import { fromIso, toIso } from '../runtime/iso-time.ts';

/** How a partition's patients of a region stood at the end of an hour that began at `hourMs`. */
export interface RegionalShare {
  readonly region: string;
  readonly hourMs: number;
  readonly scoreSum: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
}

const shareSchema = z.object({
  region: z.string(),
  hour: z.iso.datetime(),
  partition: z.int().nonnegative(),
  score_sum: z.number().nonnegative(),
  high: z.int().nonnegative(),
  medium: z.int().nonnegative(),
  low: z.int().nonnegative(),
});

export function encodeShare(share: RegionalShare, partition: number): Uint8Array {
  const document: z.infer<typeof shareSchema> = {
    region: share.region,
    hour: toIso(share.hourMs),
    partition,
    score_sum: share.scoreSum,
    high: share.high,
    medium: share.medium,
    low: share.low,
  };
  return Buffer.from(JSON.stringify(document));
}

/** @throws SyntaxError or ZodError where the bytes are no share. */
export function decodeShare(bytes: Uint8Array): RegionalShare & { readonly partition: number } {
  const { hour, score_sum, ...rest } = shareSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return { ...rest, hourMs: fromIso(hour), scoreSum: score_sum };
}

export const emptyShare = (region: string, hourMs: number): RegionalShare => ({
  region,
  hourMs,
  scoreSum: 0,
  high: 0,
  medium: 0,
  low: 0,
});

/** A patient more: high from 7, medium from 5, low the rest. */
export function addPatient(share: RegionalShare, score: number, level: AlertLevel): RegionalShare {
  const isLow = level === 'low' || level === 'low-medium';
  return {
    ...share,
    scoreSum: share.scoreSum + score,
    high: share.high + Number(level === 'high'),
    medium: share.medium + Number(level === 'medium'),
    low: share.low + Number(isLow),
  };
}

/** The row that a region's shares of an hour make. */
export function statisticsOf(shares: readonly RegionalShare[]): RegionalStatistics | undefined {
  const first = shares[0];
  if (first === undefined) return undefined;
  const total = (part: 'scoreSum' | 'high' | 'medium' | 'low'): number =>
    shares.reduce((sum, share) => sum + share[part], 0);
  const [high, medium, low] = [total('high'), total('medium'), total('low')];
  const patients = high + medium + low;
  return {
    region: first.region,
    hourMs: first.hourMs,
    averageRiskScore: patients === 0 ? 0 : total('scoreSum') / patients,
    highRisk: high,
    mediumRisk: medium,
    lowRisk: low,
  };
}
