import type { z } from 'zod';

/** A place in a stream or a list, for clients to hand back and not to read. */
export const encodeOpaque = (place: unknown): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** Undefined where the text is no place that fits the schema. */
export function decodeOpaque<Place>(text: string, schema: z.ZodType<Place>): Place | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
