/** Written and read last: the vitals of a reading share one moment, and so does nearly all that a document has of it. */
let written = { ms: 0, text: '1970-01-01T00:00:00.000Z' };
let read = written;

/** Seconds written before, without their fractions: what is written is mostly of the last few, and a date is dear to take apart. */
const seconds = Array.from({ length: 8 }, () => ({ ms: 0, text: '1970-01-01T00:00:00' }));
const FRACTIONS = Array.from({ length: 1000 }, (_, ms) => `.${String(ms).padStart(3, '0')}Z`);

/** ISO 8601, UTC, with milliseconds: how every JSON document carries a moment. @throws RangeError where it is no moment */
export function toIso(ms: number): string {
  if (ms !== written.ms) written = { ms, text: format(ms) };
  return written.text;
}

function format(ms: number): string {
  const secondMs = Math.floor(ms / 1000) * 1000;
  const fraction = FRACTIONS[ms - secondMs];
  // A fraction of a millisecond is nobody's, but no reason to fail.
  return fraction === undefined ? new Date(ms).toISOString() : secondText(secondMs) + fraction;
}

function secondText(secondMs: number): string {
  const place = (secondMs / 1000) & (seconds.length - 1);
  let second = seconds[place];
  if (second?.ms !== secondMs) {
    second = { ms: secondMs, text: new Date(secondMs).toISOString().slice(0, -'.000Z'.length) };
    seconds[place] = second;
  }
  return second.text;
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
