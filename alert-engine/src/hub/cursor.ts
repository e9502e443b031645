import type { Cursor } from '@vitalwire/core/ports/alert-store.ts';
import { z } from 'zod';
import { decodeOpaque, encodeOpaque } from '../opaque-cursor.ts';

/** Where a station stands in each of its regions; null: at the beginning. Unlike the store's cursor it names every region it covers. */
export type StationCursor = Readonly<Record<string, string | null>>;

const schema = z.record(z.string(), z.string().nullable());

export function stationCursor(cursor: Cursor, regions: readonly string[]): StationCursor {
  return Object.fromEntries(regions.map((region) => [region, cursor[region] ?? null]));
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
  const cursor = decodeOpaque(text, schema);
  if (!cursor || !regions.every((region) => region in cursor)) return undefined;
  return Object.fromEntries(regions.map((region) => [region, cursor[region] ?? null]));
}
