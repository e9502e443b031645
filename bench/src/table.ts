import { meetsAim, type FigureResult, type MeasurementResult } from './results.ts';

/** The figures of a measurement as aligned text. */
export function formatResult(result: MeasurementResult): string {
  const rows = result.figures.map(cells);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]!.length), 0));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return [`${result.name}: ${result.about}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function cells(figure: FigureResult): readonly string[] {
  const { name, value, unit, runs, aim, better } = figure;
  const spread =
    runs.length > 1 ? `${formatNumber(Math.min(...runs))} to ${formatNumber(Math.max(...runs))}` : '';
  const met = meetsAim(figure);
  const verdict =
    met === undefined
      ? ''
      : `${met ? 'met' : 'MISSED'}, aim ${better === 'higher' ? '≥' : '≤'} ${formatNumber(aim ?? 0)}`;
  return [name, formatNumber(value), unit, spread, verdict];
}

/** Three significant digits, and thousands set apart. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  const rounded = Number(value.toPrecision(3));
  const digits = rounded === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded.toLocaleString('en', {
    minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
    maximumFractionDigits: digits,
  });
}
