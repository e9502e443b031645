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

/** How many points from `fromMs` on a page is made of: one more than it shows tells whether there is a next. */
export const pointsToRead = ({ skip }: SeriesPosition, limit: number): number => skip + limit + 1;

/** The page that begins at `position`; `read`: the first `pointsToRead` from `fromMs` on, oldest first. */
export function pageFrom<Point>(
  read: readonly Point[],
  position: SeriesPosition,
  limit: number,
  msOf: (point: Point) => number,
): { readonly points: readonly Point[]; readonly next: string | null } {
  const further = read.slice(position.skip);
  const points = further.slice(0, limit);
  return { points, next: further.length > limit ? nextPosition(points.map(msOf), position) : null };
}

/** The position behind a page of moments, oldest first, that began at `position`. */
function nextPosition(momentsMs: readonly number[], position: SeriesPosition): string | null {
  const lastMs = momentsMs.at(-1);
  if (lastMs === undefined) return null;
  const atLast = momentsMs.filter((ms) => ms === lastMs).length;
  const skip = lastMs === position.fromMs ? position.skip + atLast : atLast;
  return encodeOpaque([lastMs, skip]);
}
