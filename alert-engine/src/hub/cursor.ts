import type { Cursor } from '@vitalwire/core/ports/alert-store.ts';
import { z } from 'zod';

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

/** Opaque to clients. */
export const encodeCursor = (cursor: StationCursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

/**
 * Undefined where the text is no cursor of ours or does not cover the regions: there is then nothing to resume from, and a snapshot is
 * right whatever it was.
 */
export function decodeCursor(text: string, regions: readonly string[]): StationCursor | undefined {
  try {
    const cursor = schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (!regions.every((region) => region in cursor)) return undefined;
    return Object.fromEntries(regions.map((region) => [region, cursor[region] ?? null]));
  } catch {
    return undefined;
  }
}
