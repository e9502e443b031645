import { useComputed } from '@preact/signals';
import { toneOfVital } from '../alerts/alert-text.ts';
import { useStation, type Bed } from '../station.ts';
import { VITAL_TEXT, type VitalName } from '../vital-text.ts';
import { shownVital } from '../wall/vital-reading.ts';

export function BoardNumber({ bed, vital }: { readonly bed: Bed; readonly vital: VitalName }) {
  const { now } = useStation();
  const shown = useComputed(() => shownVital(bed.patient.value.vitals, vital, now.value));
  const text = useComputed(() => shown.value.text);
  const state = useComputed(() => shown.value.state);
  const tone = useComputed(() => toneOfVital(bed.alerts.value, vital)?.tone);
  return (
    <span class="board-number" data-tone={tone} data-state={state}>
      <small>{vital === 'blood_pressure_systolic' ? 'BP sys' : VITAL_TEXT[vital].label}</small>
      <b>{text}</b>
    </span>
  );
}
