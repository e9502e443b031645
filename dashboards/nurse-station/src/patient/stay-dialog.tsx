/** Admits a patient, or moves her to another bed, ward, region or device. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Discharge } from '../api/client.ts';
import { describeError } from '../api/problem.ts';
import { isAdmitted, type Patient } from '../feed/patient.ts';
import { Dialog, DialogButtons } from '../shell/dialog.tsx';
import { useStation } from '../station.ts';
import { formatMoment } from '../vital-text.ts';
import { admissionOf, changedPlace, stayProblem, withId, type TypedStay } from './stay-form.ts';

const LISTS: Readonly<Partial<Record<keyof TypedStay, string>>> = {
  patient: 'stay-patients',
  region: 'stay-regions',
};

interface FormProps {
  /** Undefined: it is typed, or chosen of those who send and are not admitted. */
  readonly patientId: string | undefined;
  readonly patient: Patient | undefined;
  readonly admits: boolean;
  readonly onSaved: (patientId: string) => void;
  readonly onClose: () => void;
}

export function StayDialog({ patientId, patient, admits, onSaved, onClose }: FormProps) {
  const station = useStation();
  const regions = useComputed(() =>
    [...new Set(station.beds.value.map((bed) => bed.patient.value.region))].filter(Boolean).sort(),
  ).value;
  const waiting = useComputed(() =>
    station.beds.value.map((bed) => bed.patient.value).filter((one) => !isAdmitted(one)),
  ).value;
  const before = useSignal<TypedStay>({
    patient: patientId ?? '',
    name: patient?.name ?? '',
    age: patient?.age === undefined ? '' : String(patient.age),
    region: patient?.region || (regions.length === 1 ? (regions[0] ?? '') : ''),
    ward: patient?.ward ?? '',
    bed: patient?.bed ?? '',
    device: patient?.deviceId ?? '',
  }).peek();
  const typed = useSignal(before);
  const discharged = useDischarges(admits && patientId === undefined).filter(
    (one) => !waiting.some((sending) => sending.patientId === one.patient_id),
  );
  const problem = useSignal<string | undefined>(undefined);
  const saving = useSignal(false);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.value = stayProblem(typed.peek(), admits);
    if (problem.value !== undefined) return;
    const place = changedPlace(before, typed.peek());
    if (!admits && Object.keys(place).length === 0) return onClose();
    saving.value = true;
    try {
      await (admits
        ? station.api.admit(admissionOf(typed.peek()))
        : station.api.transfer(typed.peek().patient, place));
      onSaved(typed.peek().patient.trim());
    } catch (cause) {
      problem.value = describeError(cause);
    }
    saving.value = false;
  };
  const type = (part: keyof TypedStay, text: string): void => {
    if (part !== 'patient') {
      typed.value = { ...typed.peek(), [part]: text };
      return;
    }
    const wasHere = (id: string) => discharged.find((one) => one.patient_id === id);
    const next = withId(typed.peek(), text, wasHere(typed.peek().patient), wasHere(text));
    // Where she sends from is known.
    const sending = waiting.find((one) => one.patientId === text);
    typed.value = {
      ...next,
      region: next.region || (sending?.region ?? before.region),
      device: next.device || (sending?.deviceId ?? ''),
    };
  };
  const field = (label: string, part: keyof TypedStay, hint = '') => (
    <label>
      {label}
      <input
        value={typed.value[part]}
        placeholder={hint}
        list={LISTS[part]}
        autocomplete="off"
        onInput={(event) => type(part, event.currentTarget.value)}
      />
    </label>
  );
  return (
    <Dialog
      title={admits ? `Admit ${patientId ?? 'a patient'}` : `Transfer ${patient?.name ?? patientId}`}
      onClose={onClose}
    >
      <form class="fields" aria-label={admits ? 'Admit' : 'Transfer'} onSubmit={(event) => void save(event)}>
        {patientId === undefined && field('Patient id', 'patient', 'as the device sends it')}
        {patientId === undefined && waiting.length > 0 && (
          <p class="hint">
            {waiting.length === 1 ? 'One bed sends' : `${waiting.length} beds send`} for somebody who is not
            admitted: choose the id from the list.
          </p>
        )}
        {discharged.length > 0 && (
          <p class="hint">Who was discharged can be found in the same list, by id or name.</p>
        )}
        {admits && field('Name', 'name')}
        {admits && field('Age', 'age', 'years')}
        {field('Region', 'region')}
        {field('Ward', 'ward')}
        {field('Bed', 'bed')}
        {field('Device', 'device', 'any with this patient id')}
        <datalist id="stay-patients">
          {waiting.map((one) => (
            <option key={one.patientId} value={one.patientId}>
              {[one.deviceId, one.region].filter(Boolean).join(', ')}
            </option>
          ))}
          {discharged.map((one) => (
            <option key={one.patient_id} value={one.patient_id}>
              {dischargeText(one, station.now.peek())}
            </option>
          ))}
        </datalist>
        <datalist id="stay-regions">
          {regions.map((region) => (
            <option key={region} value={region} />
          ))}
        </datalist>
        {problem.value !== undefined && (
          <p class="action-error" role="alert">
            Not {admits ? 'admitted' : 'transferred'}: {problem.value}
          </p>
        )}
        <DialogButtons action={admits ? 'Admit' : 'Transfer'} sending={saving.value} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** The last first; none where the engine does not say. */
function useDischarges(wanted: boolean): readonly Discharge[] {
  const { api } = useStation();
  const found = useSignal<readonly Discharge[]>([]);
  useEffect(() => {
    if (!wanted) return undefined;
    const leaving = new AbortController();
    api.discharges(leaving.signal).then(
      (discharges) => (found.value = discharges),
      // The id can still be typed.
      () => undefined,
    );
    return () => leaving.abort();
  }, [api, found, wanted]);
  return found.value;
}

function dischargeText({ name, ward, discharged_at: at }: Discharge, nowMs: number): string {
  const when = at === null ? 'discharged' : `discharged ${formatMoment(Date.parse(at), nowMs)}`;
  return [name, ward, when].filter(Boolean).join(', ');
}
