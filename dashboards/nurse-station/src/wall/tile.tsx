/** One bed. The component runs when the patient's name or alerts change; seconds and vitals only change text nodes. */
import { useComputed, useSignal, useSignalEffect, type ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { alertState } from '../alerts/alert-state.ts';
import { toneOf, toneOfVital } from '../alerts/alert-text.ts';
import { AdmitHere } from '../patient/admission.tsx';
import { patientHref } from '../router.ts';
import { useStation, type Bed } from '../station.ts';
import { colorScheme } from '../shell/theme.ts';
import { briefAge, isIntermittent, VITAL_TEXT, type VitalName } from '../vital-text.ts';
import { AlertStrip } from './alert-strip.tsx';
import { EarlyWarning } from './early-warning.tsx';
import { DeviceState } from './device-state.tsx';
import { limitsText } from './limits-text.ts';
import { PauseRing } from './pause-ring.tsx';
import { drawSparklines, sparkColors, type SparkColors } from './sparkline.ts';
import { TechnicalLine } from './technical-line.tsx';
import { shownPressure, shownVital, type Shown } from './vital-reading.ts';

export function Tile({ bed, showsRegion }: { readonly bed: Bed; readonly showsRegion: boolean }) {
  const { now } = useStation();
  const bedName = useComputed(() => bed.patient.value.bed).value;
  const name = useComputed(() => bed.patient.value.name ?? bed.patient.value.patientId).value;
  const region = useComputed(() => bed.patient.value.region);
  const mode = useComputed(() => bed.patient.value.mode).value;
  const tone = useComputed(() => {
    const first = bed.alerts.value[0];
    return first === undefined ? undefined : toneOf(first);
  });
  const state = useComputed(() => {
    const first = bed.alerts.value[0];
    return first === undefined ? undefined : alertState(first);
  });
  const technical = useComputed(() => bed.alerts.value.some(({ kind }) => kind === 'technical')).value;
  const pressure = useComputed(() => shownPressure(bed.patient.value.vitals, now.value));
  const whose = bedName === undefined ? name : `bed ${bedName}, ${name}`;
  return (
    <article class="tile" data-patient={bed.id} data-tone={tone} data-state={state} aria-label={whose}>
      <header>
        <a href={patientHref(bed.id)} class="tile-link" title={`${whose} (${bed.id})`}>
          <span class="bed">{bedName ?? '—'}</span>
          <span class="name">{name}</span>
        </a>
        {mode !== 'real' && <span class="chip chip-mode">{mode.toUpperCase()}</span>}
        <AdmitHere bed={bed} />
        <PauseRing bed={bed} />
      </header>
      <div class="vitals">
        <VitalPlace bed={bed} vital="heartbeat" />
        <VitalPlace bed={bed} vital="oxygen_saturation" />
        <VitalPlace bed={bed} vital="respiratory_rate" />
        <Sparklines bed={bed} />
        <Place label="BP" bed={bed} vital="blood_pressure_systolic" shown={pressure} />
        <VitalPlace bed={bed} vital="temperature" />
      </div>
      <AlertStrip bed={bed} whose={whose} />
      <footer class="foot">
        <EarlyWarning bed={bed} />
        {technical ? (
          <TechnicalLine bed={bed} whose={whose} />
        ) : (
          <>
            {showsRegion && <span class="region">{region}</span>}
            <DeviceState bed={bed} />
          </>
        )}
      </footer>
    </article>
  );
}

function VitalPlace({ bed, vital }: { readonly bed: Bed; readonly vital: VitalName }) {
  const { now } = useStation();
  const shown = useComputed(() => shownVital(bed.patient.value.vitals, vital, now.value));
  const label = vital === 'temperature' ? VITAL_TEXT.temperature.unit : VITAL_TEXT[vital].label;
  return <Place label={label} bed={bed} vital={vital} shown={shown} />;
}

const AGE_CHARACTERS = 5;

interface PlaceProps {
  readonly label: string;
  readonly bed: Bed;
  readonly vital: VitalName;
  readonly shown: ReadonlySignal<Shown>;
}

function Place({ label, bed, vital, shown }: PlaceProps) {
  const text = useComputed(() => shown.value.text);
  const mark = useComputed(() => shown.value.mark);
  // Two ages share a narrow line, and a rate's column has no room for `22 min`.
  const age = useComputed(() =>
    isIntermittent(vital) || shown.value.age.length > AGE_CHARACTERS
      ? briefAge(shown.value.age)
      : shown.value.age,
  );
  const state = useComputed(() => shown.value.state);
  const alarm = useComputed(
    () =>
      toneOfVital(bed.alerts.value, vital) ??
      (vital === 'blood_pressure_systolic'
        ? toneOfVital(bed.alerts.value, 'blood_pressure_diastolic')
        : undefined),
  );
  const limits = useComputed(() => limitsText(bed.limits.value?.[vital]));
  const tone = useComputed(() => alarm.value?.tone);
  const arrow = useComputed(() => (alarm.value === undefined ? '' : alarm.value.side === 'low' ? '▼' : '▲'));
  return (
    <div class={`place place-${vital}`} data-state={state} data-tone={tone}>
      <span class="label">
        {label} <span class="limits">{limits}</span> <span class="age">{age}</span>
      </span>
      <span class="number">
        <span class="value">{text}</span>
        <span class="arrow">{arrow}</span>
        <span class="doubt">{mark}</span>
      </span>
    </div>
  );
}

function Sparklines({ bed }: { readonly bed: Bed }) {
  const { now } = useStation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const resized = useSignal(0);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      resized.value = resized.peek() + 1;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [resized]);
  useSignalEffect(() => {
    // Read for their changes: a new point, other limits, another theme, another size.
    void [bed.traceVersion.value, resized.value];
    const limits = bed.limits.value;
    const colors = paletteFor(colorScheme.value);
    const frame = requestAnimationFrame(() => {
      if (canvas.current !== null) drawSparklines(canvas.current, bed.trace, limits, colors, now.peek());
    });
    return () => cancelAnimationFrame(frame);
  });
  return <canvas ref={canvas} class="sparklines" aria-hidden="true" />;
}

let palette: { readonly scheme: string; readonly colors: SparkColors } | undefined;

function paletteFor(scheme: string): SparkColors {
  if (palette?.scheme !== scheme) palette = { scheme, colors: sparkColors() };
  return palette.colors;
}
