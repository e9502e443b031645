import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { coloured } from './colour.ts';

it('colours what was kept and what was not, and changes no letter', () => {
  const report = [
    'UNACKNOWLEDGED  3',
    'Promises        BROKEN',
    '  kept    a reading is stored once',
    '  BROKEN  a crossing alerts',
    '  a crossing alerts:',
    '  met     lost=0',
  ].join('\n');
  const [red, green] = ['\u001B[31m', '\u001B[32m'];
  const lines = coloured(report).split('\n');
  expect(lines.map((line) => (line.includes(red) ? 'red' : line.includes(green) ? 'green' : ''))).toEqual([
    'red',
    'red',
    'green',
    'red',
    '',
    'green',
  ]);
  expect(stripVTControlCharacters(coloured(report))).toBe(report);
});
