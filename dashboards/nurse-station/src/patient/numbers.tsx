/** The numbers now, with the limits that guard them. */
import { useComputed } from '@preact/signals';
import { fahrenheitToCelsius } from '@vitalwire/core/vitals/units.ts';
import { toneOfVital } from '../alerts/alert-text.ts';
import type { Limits } from '../feed/patient.ts';
import { useStation, type Bed } from '../station.ts';
import { VITAL_TEXT, type VitalName } from '../vital-text.ts';
import { limitsText } from '../wall/limits-text.ts';
import { DASHES, shownVital } from '../wall/vital-reading.ts';

const ORDER: readonly VitalName[] = [
  'heartbeat',
  'oxygen_saturation',
  'respiratory_rate',
  'blood_pressure_systolic',
  'blood_pressure_diastolic',
  'temperature',
];

export function Numbers({ bed, limits }: { readonly bed: Bed | undefined; readonly limits: Limits }) {
  return (
    <section class="numbers" aria-label="Numbers now">
      {ORDER.map((vital) => (
        <NumberNow key={vital} bed={bed} vital={vital} limits={limits} />
      ))}
    </section>
  );
}

interface Props {
  readonly bed: Bed | undefined;
  readonly vital: VitalName;
  readonly limits: Limits;
}

function NumberNow({ bed, vital, limits }: Props) {
  const { now } = useStation();
  const { unit } = VITAL_TEXT[vital];
  const label = vital === 'blood_pressure_systolic' ? 'BP sys' : VITAL_TEXT[vital].label;
  const shown = useComputed(() =>
    bed === undefined ? undefined : shownVital(bed.patient.value.vitals, vital, now.value),
  ).value;
  const alarm = useComputed(() =>
    bed === undefined ? undefined : toneOfVital(bed.alerts.value, vital),
  ).value;
  const celsius = useComputed(() => {
    const measured = bed?.patient.value.vitals.temperature;
    return vital !== 'temperature' || measured === undefined || shown?.state === 'missing'
      ? ''
      : `${fahrenheitToCelsius(measured.value).toFixed(1)} °C`;
  }).value;
  return (
    <div class={`place place-${vital}`} data-state={shown?.state ?? 'missing'} data-tone={alarm?.tone}>
      <span class="label">
        {label} <span class="unit">{unit}</span> <span class="celsius">{celsius}</span>
      </span>
      <span class="number">
        <span class="value">{shown?.text ?? DASHES}</span>
        <span class="arrow">{alarm === undefined ? '' : alarm.side === 'low' ? '▼' : '▲'}</span>
        <span class="doubt">{shown?.mark}</span>
      </span>
      <span class="number-notes">
        <span>{limits[vital] !== undefined && `limits ${limitsText(limits[vital])}`}</span>{' '}
        <span class="age">{shown?.age}</span>
      </span>
    </div>
  );
}
