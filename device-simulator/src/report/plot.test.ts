import { describe, expect, it } from 'vitest';
import { renderPlot } from './plot.ts';
import { formatCount, formatMs } from './text.ts';

const gridOf = (values: readonly number[], scale: 'whole' | 'log', format = formatCount): string[] => {
  const svg = renderPlot({
    title: 't',
    atS: [0, 10],
    lines: [{ name: 'x', style: 'a', values }],
    format,
    scale,
  });
  return [...svg.matchAll(/text-anchor="end" x="66"[^>]*>([^<]*)</g)].map(([, tick]) => tick!);
};

describe('the grid', () => {
  it.each([
    [0, ['0', '1']],
    [1, ['0', '1']],
    [3, ['0', '1', '2', '3']],
    [10, ['0', '5', '10']],
    [38, ['0', '10', '20', '30', '40']],
    [2_400, ['0', '1,000', '2,000', '3,000']],
  ])('of a count up to %d says every number as it is', (highest, ticks) =>
    expect(gridOf([0, highest], 'whole')).toEqual(ticks),
  );

  it('of a latency is of decades, so that a second at worst hides no millisecond', () => {
    expect(gridOf([0.7, 4, 2_300], 'log', formatMs)).toEqual([
      '100 µs',
      '1 ms',
      '10 ms',
      '100 ms',
      '1 s',
      '10 s',
    ]);
    expect(gridOf([2, 7], 'log', formatMs)).toEqual(['1 ms', '2 ms', '5 ms', '10 ms']);
    expect(gridOf([0, 0], 'log', formatMs)).toEqual(['1 µs', '2 µs', '5 µs', '10 µs']);
  });
});

it('a line without a value draws nothing, and neither does a plot without a line', () => {
  const plot = { title: 't', atS: [0, 1], format: formatCount, scale: 'whole' } as const;
  expect(renderPlot({ ...plot, lines: [{ name: 'x', style: 'a', values: [null, null] }] })).toBe('');
});
