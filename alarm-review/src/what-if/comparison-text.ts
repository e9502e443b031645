import type { Comparison, Side } from './compare.ts';

/** The two settings side by side, as a person reads them in a terminal. */
export function comparisonText(comparison: Comparison, withPatients: boolean): string {
  const { against, settings, crossings, beds, bed_days: days, sustained, patients } = comparison;
  const types = [...new Set([...Object.keys(against.byType), ...Object.keys(settings.byType)])].sort(
    (a, b) => (against.byType[b] ?? 0) - (against.byType[a] ?? 0) || (a < b ? -1 : 1),
  );
  const perBedDay = ({ alarms }: Side): string => (days === 0 ? '–' : (alarms / days).toFixed(1));
  const delay = ({ delay_s: seconds }: Side, which: 'p50' | 'max'): string =>
    seconds === null ? '–' : `${seconds[which]} s`;
  const numbers = (name: string, of: (side: Side) => number): Row => [name, of(against), of(settings)];
  return [
    `${beds} beds, ${days.toFixed(2)} bed days; each alarm acknowledged after a minute`,
    '',
    ...table([
      ['', `against ${against.version}`, `settings ${settings.version}`, 'change'],
      withChange(numbers('alarms', ({ alarms }) => alarms)),
      ['  a bed and day', perBedDay(against), perBedDay(settings)],
      ...(['critical', 'high', 'medium', 'low'] as const).map((priority) =>
        withChange(numbers(`  ${priority}`, ({ byPriority }) => byPriority[priority])),
      ),
      ...types.map((type) => withChange(numbers(`  ${type}`, ({ byType }) => byType[type] ?? 0))),
      withChange(numbers('times it sounds anew', ({ soundings }) => soundings)),
      withChange(numbers('limit alarms of less than 30 s beyond it', ({ brief }) => brief)),
      numbers(`crossings of 30 s or more missed, of ${sustained}`, ({ missed }) => missed),
      ['  detected after, half of them', delay(against, 'p50'), delay(settings, 'p50')],
      ['  detected after, at most', delay(against, 'max'), delay(settings, 'max')],
    ]),
    '',
    `Were each time that a value crosses a limit of ${against.version} an alarm, without delay, hysteresis and latch:`,
    ...table([
      ['', 'crossings', 'limit alarms', 'change'],
      withChange(['  each limit by itself', crossings.each, settings.limitAlarms]),
      withChange(['  the mildest of each side', crossings.mildest, settings.limitAlarms]),
      withChange(['    that last less than 30 s', crossings.brief, settings.brief]),
    ]),
    '',
    `alarms avoided: ${against.alarms - settings.alarms}${share(against.alarms, settings.alarms)}`,
    ...(withPatients
      ? [
          '',
          ...table([
            ['patient', 'against', 'settings', 'sustained', 'missed', 'missed'],
            ...patients.map((row): Row => [
              row.patient_id,
              row.against,
              row.settings,
              row.sustained,
              row.missed_against,
              row.missed_settings,
            ]),
          ]),
        ]
      : []),
    '',
  ].join('\n');
}

type Row = readonly (string | number)[];

const withChange = ([name = '', before = 0, after = 0]: Row): Row => [
  name,
  before,
  after,
  change(Number(before), Number(after)),
];

const change = (before: number, after: number): string =>
  before === 0
    ? ''
    : after === before
      ? '0 %'
      : `${after > before ? '+' : '−'}${Math.abs(((after - before) / before) * 100).toFixed(0)} %`;

const share = (before: number, after: number): string =>
  before === 0 ? '' : ` (${(((before - after) / before) * 100).toFixed(1)} %)`;

function table(rows: readonly Row[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
