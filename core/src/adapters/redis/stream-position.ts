/** A position in a region's stream, `<ms>-<n>` as Redis names its entries. */
export const BEGINNING = '0-0';

const POSITION = /^(\d{1,20})-(\d{1,20})$/;

/** The position so much earlier, or the beginning. */
export function earlierBy(ms: number, position: string): string {
  const at = Number(POSITION.exec(position)?.[1] ?? 0);
  return `${Math.max(0, at - ms)}-0`;
}

/** Undefined where the text is no position. */
export function comparePositions(a: string, b: string): number | undefined {
  const [left, right] = [POSITION.exec(a), POSITION.exec(b)];
  if (!left || !right) return undefined;
  return compare(BigInt(left[1]!), BigInt(right[1]!)) || compare(BigInt(left[2]!), BigInt(right[2]!));
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
