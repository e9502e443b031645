import { styleText } from 'node:util';

/** A report for a terminal: what was kept and met in green, what was not in red. Lines stay what they were. */
export function coloured(report: string): string {
  const paint = (style: 'green' | 'red', text: string): string =>
    styleText(style, text, { validateStream: false });
  return report
    .replace(
      /^( {2})(kept|met)(?= )/gm,
      (_, indent: string, word: string) => `${indent}${paint('green', word)}`,
    )
    .replace(
      /^(Promises +)(all kept)$/gm,
      (_, name: string, words: string) => `${name}${paint('green', words)}`,
    )
    .replace(
      /^( {2}|Promises +)(BROKEN|MISSED)/gm,
      (_, before: string, word: string) => `${before}${paint('red', word)}`,
    )
    .replace(/^UNACKNOWLEDGED.*$/gm, (line) => paint('red', line));
}
