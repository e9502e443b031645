/** Written and read last: the vitals of a reading share one moment, and so does nearly all that a document has of it. */
let written = { ms: 0, text: '1970-01-01T00:00:00.000Z' };
let read = written;

/** ISO 8601, UTC, with milliseconds: how every JSON document carries a moment. */
export function toIso(ms: number): string {
  if (ms !== written.ms) written = { ms, text: new Date(ms).toISOString() };
  return written.text;
}

/** Unix ms. @throws RangeError where the text is no moment. */
export function fromIso(text: string): number {
  if (text !== read.text) read = { ms: parsed(text), text };
  return read.ms;
}

function parsed(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is not an ISO 8601 time`);
  return ms;
}
