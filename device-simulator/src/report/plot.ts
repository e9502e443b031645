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
  /** `whole`: from 0, and no line of the grid stands between two things. `log`: decades, where the usual and the worst are far apart. */
  readonly scale: 'whole' | 'log';
}

const WIDTH = 860;
const HEIGHT = 210;
const LEFT = 74;
const RIGHT = 12;
const TOP = 34;
const BOTTOM = 26;

/** Empty where no line has a value. */
export function renderPlot({ title, atS, lines, format, scale }: Plot): string {
  const shown = lines.filter(({ values }) => values.some((value) => value !== null));
  const lastS = atS.at(-1);
  if (shown.length === 0 || lastS === undefined) return '';
  const values = shown.flatMap((line) => line.values.filter((value) => value !== null));
  const { ticks, shareOf } = scale === 'log' ? decadesOf(values) : wholeOf(Math.max(...values));
  const x = (s: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * s) / lastS;
  const y = (value: number): number => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * shareOf(value);
  const grid = ticks.map((value) => {
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(value))}" y2="${px(y(value))}"/><text class="tick" text-anchor="end" x="${LEFT - 8}" y="${px(y(value) + 4)}">${value === 0 ? '0' : escape(format(value))}</text>`;
  });
  const times = timeTicks(lastS).map(
    (s) =>
      `<text class="tick" text-anchor="${anchorAt(s / lastS)}" x="${px(x(s))}" y="${HEIGHT - 6}">${clock(s, lastS)}</text>`,
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

interface Axis {
  readonly ticks: readonly number[];
  /** How high a value stands, 0 to 1. */
  readonly shareOf: (value: number) => number;
}

/** Steps of 1, 2 or 5 times a power of ten, four at most, up to what holds the value. */
function wholeOf(highest: number): Axis {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, highest) / 4));
  const least = ([1, 2, 5, 10].find((times) => times * power >= highest / 4) ?? 10) * power;
  const step = Math.max(1, least);
  const steps = Math.max(1, Math.ceil(highest / step));
  return {
    ticks: Array.from({ length: steps + 1 }, (_, i) => i * step),
    shareOf: (value) => value / (steps * step),
  };
}

/** Nothing that is measured here is shorter, ms. */
const SHORTEST_MS = 0.001;

/** Powers of ten around all values; within one of them, twice and five times it too. */
function decadesOf(values: readonly number[]): Axis {
  const logs = values.map((value) => Math.log10(Math.max(SHORTEST_MS, value)));
  const bottom = Math.floor(Math.min(...logs));
  const top = Math.max(bottom + 1, Math.ceil(Math.max(...logs)));
  const powers = Array.from({ length: top - bottom + 1 }, (_, i) => 10 ** (bottom + i));
  const [first = 1, second = 10] = powers;
  return {
    ticks: powers.length === 2 ? [first, 2 * first, 5 * first, second] : powers,
    shareOf: (value) => (Math.log10(Math.max(SHORTEST_MS, value)) - bottom) / (top - bottom),
  };
}

function timeTicks(lastS: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];
  const step = steps.find((candidate) => lastS / candidate <= 8) ?? 86_400;
  return Array.from({ length: Math.floor(lastS / step) + 1 }, (_, i) => i * step);
}

/** All of one axis in one form. */
function clock(s: number, lastS: number): string {
  if (lastS < 60) return `${s} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(s / 3_600);
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(Math.floor(s % 60))}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
