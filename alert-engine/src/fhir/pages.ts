import { z } from 'zod';
import { notANext } from '../api/problem.ts';
import { decodeOpaque, encodeOpaque } from '../opaque-cursor.ts';
import type { Resource } from './observation.ts';

/** The Observations of one moment; the moments of a search are in order, and none comes twice. */
export interface Moment {
  readonly atMs: number;
  readonly resources: readonly Resource[];
}

/** The Observation that a page ended with. */
export interface Position {
  readonly atMs: number;
  readonly id: string;
}

export interface Page {
  readonly resources: readonly Resource[];
  readonly next: string | null;
}

/**
 * The `count` Observations behind a position, oldest first, those of one moment by their id: what arrives while somebody turns pages moves
 * no other from one page to the next. Only as many moments are read as it takes.
 */
export async function pageOf(
  moments: AsyncIterable<Moment>,
  after: Position | undefined,
  count: number,
): Promise<Page> {
  const found: { readonly atMs: number; readonly resource: Resource }[] = [];
  for await (const { atMs, resources } of moments) {
    for (const resource of resources.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      if (after?.atMs === atMs && resource.id <= after.id) continue;
      found.push({ atMs, resource });
    }
    if (found.length > count) break;
  }
  const shown = found.slice(0, count);
  const last = shown.at(-1);
  return {
    resources: shown.map(({ resource }) => resource),
    next: last && found.length > count ? encodeOpaque([last.atMs, last.resource.id]) : null,
  };
}

const schema = z.tuple([z.int(), z.string().max(64)]);

/** @throws ProblemError 400 */
export function positionOf(after: string): Position {
  const place = decodeOpaque(after, schema);
  if (!place) throw notANext();
  const [atMs, id] = place;
  return { atMs, id };
}
