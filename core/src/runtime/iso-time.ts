/** ISO 8601, UTC, with milliseconds: how every JSON document carries a moment. */
export const toIso = (ms: number): string => new Date(ms).toISOString();

/** Unix ms. @throws RangeError where the text is no moment. */
export function fromIso(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is not an ISO 8601 time`);
  return ms;
}
