/** Admits a patient, or moves her to another bed, ward, region or device. */
import { useComputed, useSignal } from '@preact/signals';
import { describeError } from '../api/problem.ts';
import type { Patient } from '../feed/patient.ts';
import { Dialog, DialogButtons } from '../shell/dialog.tsx';
import { useStation } from '../station.ts';
import { admissionOf, changedPlace, stayProblem, type TypedStay } from './stay-form.ts';

interface FormProps {
  readonly patientId: string;
  readonly patient: Patient | undefined;
  readonly admits: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

export function StayDialog({ patientId, patient, admits, onSaved, onClose }: FormProps) {
  const station = useStation();
  const regions = useComputed(() =>
    [...new Set(station.beds.value.map((bed) => bed.patient.value.region))].filter(Boolean).sort(),
  ).value;
  const before = useSignal<TypedStay>({
    name: patient?.name ?? '',
    age: patient?.age === undefined ? '' : String(patient.age),
    region: patient?.region || (regions.length === 1 ? (regions[0] ?? '') : ''),
    ward: patient?.ward ?? '',
    bed: patient?.bed ?? '',
    device: patient?.deviceId ?? '',
  }).peek();
  const typed = useSignal(before);
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
        ? station.api.admit(admissionOf(patientId, typed.peek()))
        : station.api.transfer(patientId, place));
      onSaved();
    } catch (cause) {
      problem.value = describeError(cause);
    }
    saving.value = false;
  };
  const field = (label: string, part: keyof TypedStay, hint = '') => (
    <label>
      {label}
      <input
        value={typed.value[part]}
        placeholder={hint}
        list={part === 'region' ? 'stay-regions' : undefined}
        autocomplete="off"
        onInput={(event) => (typed.value = { ...typed.value, [part]: event.currentTarget.value })}
      />
    </label>
  );
  return (
    <Dialog
      title={admits ? `Admit ${patientId}` : `Transfer ${patient?.name ?? patientId}`}
      onClose={onClose}
    >
      <form class="fields" aria-label={admits ? 'Admit' : 'Transfer'} onSubmit={(event) => void save(event)}>
        {admits && field('Name', 'name')}
        {admits && field('Age', 'age', 'years')}
        {field('Region', 'region')}
        {field('Ward', 'ward')}
        {field('Bed', 'bed')}
        {field('Device', 'device', 'whichever sends in this name')}
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
