/** What the alarms of a time asked of the ward: numbers and bars, readable on a screen and on paper. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { PRIORITY_TEXT, typeText } from '../alerts/alert-text.ts';
import { ApiError, describeError } from '../api/problem.ts';
import { useStation } from '../station.ts';
import { formatMoment } from '../vital-text.ts';
import { Bars, Hours } from './bars.tsx';
import type { BurdenReport } from './report.ts';

const DAY = 86_400_000;
const RANGES = [
  { label: '24 h', days: 1 },
  { label: '7 d', days: 7 },
  { label: '30 d', days: 30 },
] as const;
const BEDS_SHOWN = 15;

export function ReportPage() {
  const station = useStation();
  const days = useSignal(7);
  const region = useSignal('');
  const report = useSignal<BurdenReport | undefined>(undefined);
  /** Of as long a time before; undefined while it is not there, and where it cannot be had. */
  const before = useSignal<BurdenReport | undefined>(undefined);
  const error = useSignal<{ status: number; message: string } | undefined>(undefined);
  const regions = useComputed(() =>
    [...new Set(station.beds.value.map((bed) => bed.patient.value.region))].filter(Boolean).sort(),
  ).value;
  const round = useSignal(0);
  useSignalEffect(() => {
    void round.value;
    const toMs = station.now.peek();
    const spanMs = days.value * DAY;
    const query = (endMs: number) => ({
      region: region.value || undefined,
      from: new Date(endMs - spanMs).toISOString(),
      to: new Date(endMs).toISOString(),
    });
    let current = true;
    before.value = undefined;
    station.api.burden(query(toMs - spanMs)).then(
      (answer) => {
        if (current) before.value = answer;
      },
      // The report says as much without it.
      () => {},
    );
    station.api.burden(query(toMs)).then(
      (answer) => {
        if (!current) return;
        report.value = answer;
        error.value = undefined;
      },
      (cause: unknown) => {
        if (!current) return;
        error.value = { status: cause instanceof ApiError ? cause.status : 0, message: describeError(cause) };
      },
    );
    return () => {
      current = false;
    };
  });
  if (error.value?.status === 404) {
    return (
      <main class="report">
        <div class="empty">
          <h2>No report here</h2>
          <p>This alert engine does not count alarms yet. It needs a newer version.</p>
        </div>
      </main>
    );
  }
  return (
    <main class="report">
      <div class="report-tools" role="toolbar" aria-label="What is reported">
        {RANGES.map(({ label, days: each }) => (
          <button
            key={label}
            type="button"
            class="button"
            aria-pressed={days.value === each}
            onClick={() => (days.value = each)}
          >
            {label}
          </button>
        ))}
        {regions.length > 1 && (
          <select
            aria-label="Region"
            value={region.value}
            onChange={(event) => (region.value = event.currentTarget.value)}
          >
            <option value="">All regions</option>
            {regions.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
        <button type="button" class="button" onClick={() => window.print()}>
          Print
        </button>
      </div>
      {error.value !== undefined && (
        <p class="action-error" role="alert">
          The report could not be loaded: {error.value.message}{' '}
          <button type="button" class="button" onClick={() => (round.value = round.peek() + 1)}>
            Try again
          </button>
        </p>
      )}
      {report.value === undefined ? (
        error.value === undefined && <p class="hint">Counting…</p>
      ) : (
        <Report report={report.value} before={before.value} region={region.value} />
      )}
    </main>
  );
}

interface ReportProps {
  readonly report: BurdenReport;
  readonly before: BurdenReport | undefined;
  readonly region: string;
}

function Report({ report, before, region }: ReportProps) {
  const { total, cleared_unattended: unattended, time_to_acknowledge_s: seconds } = report;
  // Both with their day, also where one is today: the report is printed and kept.
  const moment = (iso: string): string => formatMoment(Date.parse(iso), Date.parse(iso) + 2 * DAY);
  const beds = report.by_bed.slice(0, BEDS_SHOWN);
  const topTenth = Math.ceil(report.beds / 10);
  const ofFew = report.by_bed.slice(0, topTenth).reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <header class="report-head">
        <h1>Alarm burden</h1>
        <p>
          {region === '' ? 'All regions' : region}, {moment(report.from)} to {moment(report.to)},{' '}
          {report.beds} beds
        </p>
        <p class="hint">Real patients alone: alarms of devices in test or demo mode are not counted.</p>
      </header>
      <section class="report-figures" aria-label="In short">
        <Figure
          value={oneDecimal(report.per_bed_day)}
          text={`alarms a bed and day${changeText(report.per_bed_day, before?.per_bed_day)}`}
        />
        <Figure value={total.toLocaleString('en-GB')} text="alarms in all" />
        <Figure
          value={percent(unattended.share)}
          text={`cleared with nobody attending (${unattended.count})`}
        />
        <Figure
          value={seconds === null ? '–' : duration(seconds.median)}
          text={
            seconds === null
              ? 'to acknowledge: none was'
              : `to acknowledge, median; nine of ten within ${duration(seconds.p90)}`
          }
        />
        <Figure value={percent(report.escalated.share)} text={`were escalated (${report.escalated.count})`} />
        <Figure
          value={total === 0 ? '–' : percent(ofFew / total)}
          text={`of all alarms come from ${topTenth} ${topTenth === 1 ? 'bed' : 'beds'} of ${report.beds}`}
        />
      </section>
      <div class="report-charts">
        <div class="report-column">
          <Chart title="By type">
            <Bars
              rows={report.by_type.map(({ type, count }) => ({ label: typeText(type), count }))}
              total={total}
            />
          </Chart>
          <Chart title="By priority">
            <Bars
              rows={report.by_priority.map(({ priority, count }) => ({
                label: PRIORITY_TEXT[priority],
                count,
                tone: priority,
              }))}
              total={total}
            />
          </Chart>
        </div>
        <Chart
          title={report.by_bed.length > BEDS_SHOWN ? `The ${BEDS_SHOWN} beds with most alarms` : 'By bed'}
        >
          <Bars
            rows={beds.map(({ patient_id: id, bed, count }) => ({
              label: bedLabel(id, bed),
              count,
            }))}
            total={total}
          />
        </Chart>
        <Chart title="By hour of the day">
          <Hours counts={localHours(report)} />
        </Chart>
      </div>
    </>
  );
}

/** Alarms of a whole region or gateway are of no bed. */
function bedLabel(patientId: string, bed: string | null | undefined): string {
  if (patientId === '') return 'No one bed';
  return bed === null || bed === undefined ? patientId : `Bed ${bed}`;
}

function Figure({ value, text }: { readonly value: string; readonly text: string }) {
  return (
    <p class="figure">
      <b>{value}</b> <span>{text}</span>
    </p>
  );
}

function Chart({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="report-chart" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** The engine counts in UTC; a ward lives by its own clock. Zones off by half an hour are rounded down. */
function localHours({ by_hour: hours, to }: BurdenReport): number[] {
  const shift = Math.floor(-new Date(to).getTimezoneOffset() / 60);
  const counts = Array.from({ length: 24 }, () => 0);
  for (const { hour, count } of hours) {
    const local = (hour + shift + 24) % 24;
    counts[local] = (counts[local] ?? 0) + count;
  }
  return counts;
}

/** What became of it since as long a time before: what somebody who changed something wants to know. */
function changeText(now: number, before: number | undefined): string {
  if (before === undefined || before === 0) return '';
  const change = Math.round((now / before - 1) * 100);
  if (change === 0) return ', as in the time before';
  return `, ${Math.abs(change)}\u00a0% ${change < 0 ? 'fewer' : 'more'} than in the time before`;
}

const oneDecimal = (value: number): string => value.toFixed(1);
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${oneDecimal(seconds / 60)} min`;
