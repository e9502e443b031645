import type { BurdenReport } from './burden.ts';

const BEDS_SHOWN = 10;
const BAR_MAX = 40;

/** The report as a person reads it in a terminal. */
export function burdenText(report: BurdenReport): string {
  const { time_to_acknowledge_s: acknowledged, cleared_unattended: unattended, escalated } = report;
  return [
    `Alarm burden, ${report.from} to ${report.to}`,
    '',
    `${report.total} alarms on ${report.beds} beds: ${report.per_bed_day.toFixed(1)} per bed and day`,
    `${percent(unattended.share)} cleared unattended (${unattended.count}), ${percent(escalated.share)} escalated (${escalated.count})`,
    acknowledged
      ? `acknowledged after ${seconds(acknowledged.median)} (median), ${seconds(acknowledged.p90)} (9 in 10), ${seconds(acknowledged.mean)} (mean); ${acknowledged.count} alarms`
      : 'none was acknowledged',
    ...table(
      'By priority',
      report.by_priority.map(({ priority, count }) => [priority, count]),
    ),
    ...table(
      'By type',
      report.by_type.map(({ type, count }) => [type, count]),
    ),
    ...table(
      `By bed (the ${BEDS_SHOWN} with most)`,
      report.by_bed
        .slice(0, BEDS_SHOWN)
        .map(({ patient_id, bed, count }) => [
          bed === null ? patient_id : `bed ${bed} (${patient_id})`,
          count,
        ]),
    ),
    ...table(
      'By hour (UTC)',
      report.by_hour.map(({ hour, count }) => [String(hour).padStart(2, '0'), count]),
    ),
    '',
  ].join('\n');
}

function table(title: string, rows: readonly (readonly [string, number])[]): string[] {
  if (rows.length === 0) return [];
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    title,
    ...rows.map(([name, count]) =>
      `  ${name.padEnd(width)}  ${String(count).padStart(6)}  ${'#'.repeat(Math.round((count / most) * BAR_MAX))}`.trimEnd(),
    ),
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const seconds = (s: number): string => (s < 120 ? `${Math.round(s)} s` : `${Math.round(s / 60)} min`);
