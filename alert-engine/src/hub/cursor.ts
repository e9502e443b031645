import type { Cursor } from '@vitalwire/core/ports/alert-store.ts';
import { z } from 'zod';
import { decodeOpaque, encodeOpaque } from '../opaque-cursor.ts';

/** Where a station stands in each of its regions; null: at the beginning. Unlike the store's cursor it names every region it covers. */
export type StationCursor = Readonly<Record<string, string | null>>;

/** As entries: a record of zod's leaves out a region of the name `__proto__`. */
const schema = z
  .unknown()
  .transform((cursor) => Object.entries(cursor as object))
  .pipe(z.array(z.tuple([z.string(), z.string().nullable()])));

export function stationCursor(cursor: Cursor, regions: readonly string[]): StationCursor {
  const positions = new Map(Object.entries(cursor));
  return Object.fromEntries(regions.map((region) => [region, positions.get(region) ?? null]));
}

export function storeCursor(cursor: StationCursor): Cursor {
  return Object.fromEntries(
    Object.entries(cursor).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

export const encodeCursor = (cursor: StationCursor): string => encodeOpaque(cursor);

/**
 * Undefined where the text is no cursor of ours or does not cover the regions: there is then nothing to resume from, and a snapshot is
 * right whatever it was.
 */
export function decodeCursor(text: string, regions: readonly string[]): StationCursor | undefined {
  const entries = decodeOpaque(text, schema);
  if (!entries) return undefined;
  const positions = new Map(entries);
  if (!regions.every((region) => positions.has(region))) return undefined;
  return Object.fromEntries(regions.map((region) => [region, positions.get(region) ?? null]));
}
