import { z } from 'zod';
import { decodeOpaque, encodeOpaque } from '../opaque-cursor.ts';
import { notANext } from './problem.ts';

/** Where a page of a series begins: `skip` points at `fromMs` itself were on the pages before (two devices may share a moment). */
export interface SeriesPosition {
  readonly fromMs: number;
  readonly skip: number;
}

const schema = z.tuple([z.int(), z.int().min(0).max(1_000)]);

/** @throws ProblemError 400 */
export function positionOf(after: string): SeriesPosition {
  const place = decodeOpaque(after, schema);
  if (!place) throw notANext();
  const [fromMs, skip] = place;
  return { fromMs, skip };
}

/** The position behind a page of moments, oldest first, that began at `position`. */
export function nextPosition(momentsMs: readonly number[], position: SeriesPosition): string | null {
  const lastMs = momentsMs.at(-1);
  if (lastMs === undefined) return null;
  const atLast = momentsMs.filter((ms) => ms === lastMs).length;
  const skip = lastMs === position.fromMs ? position.skip + atLast : atLast;
  return encodeOpaque([lastMs, skip]);
}
