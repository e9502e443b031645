/** Line plots as SVG text: no script, no network, readable on paper. */
import { escape, px } from './markup.ts';

export interface Line {
  readonly name: string;
  /** A class of the page's style: `a`, `b`, `c`. */
  readonly style: 'a' | 'b' | 'c';
  /** null is a gap. */
  readonly values: readonly (number | null)[];
}

export interface Plot {
  readonly title: string;
  /** Seconds, rising. */
  readonly atS: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** Of whole things: no line of the grid stands between two of them. */
  readonly isWhole: boolean;
}

const WIDTH = 860;
const HEIGHT = 210;
const LEFT = 74;
const RIGHT = 12;
const TOP = 34;
const BOTTOM = 26;

/** Empty where no line has a value. */
export function renderPlot({ title, atS, lines, format, isWhole }: Plot): string {
  const shown = lines.filter(({ values }) => values.some((value) => value !== null));
  const lastS = atS.at(-1);
  if (shown.length === 0 || lastS === undefined) return '';
  const { step, top } = axisOf(
    Math.max(...shown.flatMap(({ values }) => values.map((value) => value ?? 0))),
    isWhole,
  );
  const x = (s: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * s) / lastS;
  const y = (value: number): number => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / top;
  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => {
    const value = step * i;
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(value))}" y2="${px(y(value))}"/><text class="tick" text-anchor="end" x="${LEFT - 8}" y="${px(y(value) + 4)}">${value === 0 ? '0' : escape(format(value))}</text>`;
  });
  const times = timeTicks(lastS).map(
    (s) =>
      `<text class="tick" text-anchor="${anchorAt(s / lastS)}" x="${px(x(s))}" y="${HEIGHT - 6}">${clock(s)}</text>`,
  );
  const legend = shown.map(
    ({ name, style }, i) =>
      `<line class="${style}" x1="${WIDTH - RIGHT - 130 * (shown.length - i)}" x2="${WIDTH - RIGHT - 130 * (shown.length - i) + 18}" y1="16" y2="16"/><text class="tick" x="${WIDTH - RIGHT - 130 * (shown.length - i) + 24}" y="20">${escape(name)}</text>`,
  );
  const paths = shown.map(({ values, style }) => `<path class="${style}" d="${pathOf(values, atS, x, y)}"/>`);
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}"><text class="title" x="0" y="20">${escape(title)}</text>${[...grid, ...times, ...legend, ...paths].join('')}</svg>`;
}

/** What stands in the first or last part of the width must not reach beyond it. */
const anchorAt = (share: number): 'start' | 'middle' | 'end' =>
  share < 0.02 ? 'start' : share > 0.98 ? 'end' : 'middle';

function pathOf(
  values: readonly (number | null)[],
  atS: readonly number[],
  x: (s: number) => number,
  y: (value: number) => number,
): string {
  let [path, isDown] = ['', false];
  for (const [i, value] of values.entries()) {
    if (value === null) {
      isDown = false;
      continue;
    }
    const point = `${px(x(atS[i] ?? 0))} ${px(y(value))}`;
    // A point alone would draw nothing: round caps make a dot of a line without length.
    path += isDown ? `L${point}` : `M${point}L${point}`;
    isDown = true;
  }
  return path;
}

/** Steps of 1, 2 or 5 times a power of ten, four at most, up to what holds the value. */
function axisOf(value: number, isWhole: boolean): { readonly step: number; readonly top: number } {
  if (value <= 0) return { step: 1, top: 1 };
  const power = 10 ** Math.floor(Math.log10(value / 4));
  const least = ([1, 2, 5, 10].find((times) => times * power >= value / 4) ?? 10) * power;
  const step = isWhole ? Math.max(1, least) : least;
  return { step, top: Math.ceil(value / step) * step };
}

function timeTicks(lastS: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];
  const step = steps.find((candidate) => lastS / candidate <= 8) ?? 86_400;
  return Array.from({ length: Math.floor(lastS / step) + 1 }, (_, i) => i * step);
}

function clock(s: number): string {
  if (s < 60) return `${s} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(s / 3_600);
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(Math.floor(s % 60))}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
