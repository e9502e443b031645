import { describe, expect, it } from 'vitest';
import { renderPlot } from './plot.ts';
import { formatCount, formatMs } from './text.ts';

const gridOf = (highest: number, isWhole = true, format = formatCount): string[] => {
  const lines = [{ name: 'x', style: 'a', values: [0, highest] }] as const;
  const svg = renderPlot({ title: 't', atS: [0, 10], lines, format, isWhole });
  return [...svg.matchAll(/text-anchor="end" x="66"[^>]*>([^<]*)</g)].map(([, tick]) => tick!);
};

describe('the grid', () => {
  it.each([
    [1, ['0', '1']],
    [3, ['0', '1', '2', '3']],
    [10, ['0', '5', '10']],
    [38, ['0', '10', '20', '30', '40']],
    [2_400, ['0', '1,000', '2,000', '3,000']],
  ])('of a count up to %d says every number as it is', (highest, ticks) =>
    expect(gridOf(highest)).toEqual(ticks),
  );

  it('of a latency has parts of a millisecond', () => {
    expect(gridOf(0.7, false, formatMs)).toEqual(['0', '200 µs', '400 µs', '600 µs', '800 µs']);
  });
});

it('a line without a value draws nothing, and neither does a plot without a line', () => {
  const plot = { title: 't', atS: [0, 1], format: formatCount, isWhole: true };
  expect(renderPlot({ ...plot, lines: [{ name: 'x', style: 'a', values: [null, null] }] })).toBe('');
});
