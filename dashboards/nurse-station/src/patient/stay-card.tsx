/** A patient's stay: admitted, moved to another bed or device, discharged. The engine writes down who did it. */
import { useComputed, useSignal } from '@preact/signals';
import { describeError } from '../api/problem.ts';
import type { Patient } from '../feed/patient.ts';
import { useStation } from '../station.ts';
import { admissionOf, changedPlace, stayProblem, type TypedStay } from './stay-form.ts';

interface Props {
  readonly patientId: string;
  readonly patient: Patient | undefined;
  readonly discharged: boolean;
  /** What is shown must be read again. */
  readonly onChanged: () => void;
}

export function StayCard({ patientId, patient, discharged, onChanged }: Props) {
  const station = useStation();
  const action = useSignal<'move' | 'discharge' | undefined>(undefined);
  if (!station.mayAcknowledge.value) return null;
  // The directory gives the name: without one, nobody has admitted the patient.
  const admits = discharged || patient?.name === undefined;
  const close = (): void => {
    action.value = undefined;
  };
  const changed = (): void => {
    close();
    station.refresh();
    onChanged();
  };
  if (action.value === 'discharge') {
    return <Discharge patientId={patientId} name={patient?.name ?? patientId} onDone={close} />;
  }
  if (action.value === 'move') {
    return (
      <StayForm patientId={patientId} patient={patient} admits={admits} onSaved={changed} onClose={close} />
    );
  }
  return (
    <p class="form-buttons">
      <button type="button" class="button" onClick={() => (action.value = 'move')}>
        {admits ? 'Admit…' : 'Transfer…'}
      </button>
      {!admits && (
        <button type="button" class="button" onClick={() => (action.value = 'discharge')}>
          Discharge…
        </button>
      )}
    </p>
  );
}

interface FormProps {
  readonly patientId: string;
  readonly patient: Patient | undefined;
  readonly admits: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

function StayForm({ patientId, patient, admits, onSaved, onClose }: FormProps) {
  const station = useStation();
  const before = useSignal<TypedStay>({
    name: patient?.name ?? '',
    age: patient?.age === undefined ? '' : String(patient.age),
    region: patient?.region ?? '',
    ward: patient?.ward ?? '',
    bed: patient?.bed ?? '',
    device: patient?.deviceId ?? '',
  }).peek();
  const typed = useSignal(before);
  const problem = useSignal<string | undefined>(undefined);
  const saving = useSignal(false);
  const regions = useComputed(() =>
    [...new Set(station.beds.value.map((bed) => bed.patient.value.region))].filter(Boolean).sort(),
  ).value;
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
    <form
      class="chart-card"
      aria-label={admits ? 'Admit' : 'Transfer'}
      onSubmit={(event) => void save(event)}
    >
      <h2>{admits ? `Admit ${patientId}` : 'Transfer'}</h2>
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
      <p class="form-buttons">
        <button type="submit" class="button button-primary" disabled={saving.value}>
          {saving.value ? 'Saving…' : admits ? 'Admit' : 'Transfer'}
        </button>
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
      </p>
    </form>
  );
}

interface DischargeProps {
  readonly patientId: string;
  readonly name: string;
  readonly onDone: () => void;
}

function Discharge({ patientId, name, onDone }: DischargeProps) {
  const station = useStation();
  const problem = useSignal<string | undefined>(undefined);
  const discharge = async (): Promise<void> => {
    try {
      await station.api.discharge(patientId);
      station.refresh();
      location.hash = '#/';
    } catch (cause) {
      problem.value = describeError(cause);
    }
  };
  return (
    <section class="chart-card" aria-label="Discharge">
      <h2>Discharge {name}?</h2>
      <p class="chart-warning">Open alerts are closed, and this patient is watched no more.</p>
      {problem.value !== undefined && (
        <p class="action-error" role="alert">
          Not discharged: {problem.value}
        </p>
      )}
      <p class="form-buttons">
        <button type="button" class="button button-primary" onClick={() => void discharge()}>
          Discharge
        </button>
        <button type="button" class="button" onClick={onDone}>
          Cancel
        </button>
      </p>
    </section>
  );
}
