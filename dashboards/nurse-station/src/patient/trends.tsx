/** All vitals' charts over one span of time. */
import { useComputed, useSignal } from '@preact/signals';
import { useCallback, useMemo } from 'preact/hooks';
import { limitCrossed, toneOf } from '../alerts/alert-text.ts';
import type { Alert, Limits } from '../feed/patient.ts';
import { useStation } from '../station.ts';
import type { VitalName } from '../vital-text.ts';
import { liveSpan, RANGES, selected, shifted, zoomed, type Span } from './range.ts';
import { marksOf } from './chart-marks.ts';
import { toColumns, type Resolution } from './series.ts';
import { useSamples, type Loaded } from './use-samples.ts';
import { VitalChart, type Episode } from './vital-chart.tsx';

const CHARTS: readonly { readonly label: string; readonly vitals: readonly VitalName[] }[] = [
  { label: 'Heart rate', vitals: ['heartbeat'] },
  { label: 'SpO₂', vitals: ['oxygen_saturation'] },
  { label: 'Respiratory rate', vitals: ['respiratory_rate'] },
  { label: 'Blood pressure', vitals: ['blood_pressure_systolic', 'blood_pressure_diastolic'] },
  { label: 'Temperature', vitals: ['temperature'] },
];

const RESOLUTION_TEXT: Readonly<Record<Resolution, string>> = {
  raw: 'as measured',
  '5m': '5 min means, min–max band',
  '1h': '1 h means, min–max band',
};

interface Props {
  readonly patientId: string;
  readonly limits: Limits;
  readonly alerts: readonly Alert[];
}

export function Trends({ patientId, limits, alerts }: Props) {
  const station = useStation();
  const span = useSignal<Span>(liveSpan(RANGES[0].ms, station.now.peek()));
  const samples = useSamples(patientId, span);
  const shown = useComputed(() => {
    const { fromMs, toMs, live } = span.value;
    return live ? liveSpan(toMs - fromMs, Math.max(toMs, station.now.value)) : span.value;
  });
  const go = (next: Span): void => {
    span.value = next;
  };
  const onSelect = useCallback(
    (fromMs: number, toMs: number) => go(selected(fromMs, toMs, station.now.peek())),
    [station],
  );
  const onReset = useCallback(() => go(liveSpan(RANGES[0].ms, station.now.peek())), [station]);
  const lengthMs = span.value.toMs - span.value.fromMs;
  const now = (): number => station.now.peek();
  const loaded = samples.loaded.value;
  return (
    <section class="trends" aria-label="Trends">
      <div class="trend-tools" role="toolbar" aria-label="Time shown">
        {RANGES.map(({ label, ms }) => (
          <button
            key={label}
            type="button"
            class="button"
            aria-pressed={span.value.live && lengthMs === ms}
            onClick={() => go(liveSpan(ms, now()))}
          >
            {label}
          </button>
        ))}
        <span class="trend-moves">
          <button
            type="button"
            class="button"
            aria-label="Earlier"
            onClick={() => go(shifted(span.value, -0.5, now()))}
          >
            ◀
          </button>
          <button
            type="button"
            class="button"
            aria-label="Later"
            disabled={span.value.live}
            onClick={() => go(shifted(span.value, 0.5, now()))}
          >
            ▶
          </button>
          <button
            type="button"
            class="button"
            aria-label="Zoom in"
            onClick={() => go(zoomed(span.value, 0.5, now()))}
          >
            +
          </button>
          <button
            type="button"
            class="button"
            aria-label="Zoom out"
            onClick={() => go(zoomed(span.value, 2, now()))}
          >
            −
          </button>
        </span>
        <span class="trend-state" role="status">
          {samples.error.value !== undefined ? (
            <span class="action-error">
              Trends could not be loaded: {samples.error.value}{' '}
              <button type="button" class="button" onClick={() => samples.retry()}>
                Try again
              </button>
            </span>
          ) : samples.loading.value ? (
            'Loading…'
          ) : loaded !== undefined && loaded.samples.length === 0 ? (
            'Nothing was measured in this time. Choose a longer one.'
          ) : loaded !== undefined ? (
            `${RESOLUTION_TEXT[loaded.resolution]} · drag to zoom, double-click: 1 h`
          ) : (
            ''
          )}
        </span>
      </div>
      {CHARTS.map(({ label, vitals }) => (
        <ChartOf
          key={label}
          label={label}
          vitals={vitals}
          loaded={loaded}
          span={shown.value}
          limits={limits}
          alerts={alerts}
          onSelect={onSelect}
          onReset={onReset}
        />
      ))}
    </section>
  );
}

interface ChartProps {
  readonly label: string;
  readonly vitals: readonly VitalName[];
  readonly loaded: Loaded | undefined;
  readonly span: Span;
  readonly limits: Limits;
  readonly alerts: readonly Alert[];
  readonly onSelect: (fromMs: number, toMs: number) => void;
  readonly onReset: () => void;
}

function ChartOf({ label, vitals, loaded, span, limits, alerts, onSelect, onReset }: ChartProps) {
  const columns = useMemo(
    () => toColumns(loaded?.samples ?? [], vitals, loaded?.resolution ?? 'raw'),
    [loaded, vitals],
  );
  const marks = useMemo(() => marksOf(loaded?.samples ?? [], vitals), [loaded, vitals]);
  const episodes = useMemo(() => episodesOf(alerts, vitals), [alerts, vitals]);
  return (
    <VitalChart
      label={label}
      vitals={vitals}
      columns={columns}
      marks={marks}
      span={span}
      limits={limits}
      episodes={episodes}
      onSelect={onSelect}
      onReset={onReset}
    />
  );
}

/** When alerts of these vitals stood; one that still stands reaches beyond the chart's end. */
function episodesOf(alerts: readonly Alert[], vitals: readonly VitalName[]): Episode[] {
  return alerts.flatMap((alert) => {
    const vital = limitCrossed(alert.type)?.vital;
    if (vital === undefined || !vitals.includes(vital)) return [];
    const toMs = alert.endedAtMs ?? alert.resolvedAtMs ?? Number.MAX_SAFE_INTEGER;
    return [{ fromMs: alert.onsetMs, toMs, tone: toneOf(alert), told: !alert.historical }];
  });
}
