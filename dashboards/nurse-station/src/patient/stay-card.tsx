/** A patient's stay: admitted, moved to another bed or device, discharged. The engine writes down who did it. */
import { useSignal } from '@preact/signals';
import { isAdmitted, type Patient } from '../feed/patient.ts';
import { useStation } from '../station.ts';
import { DischargeDialog } from './discharge-dialog.tsx';
import { StayDialog } from './stay-dialog.tsx';

interface Props {
  readonly patientId: string;
  readonly patient: Patient | undefined;
  readonly discharged: boolean;
  /** What is shown must be read again. */
  readonly onChanged: () => void;
}

export function StayCard({ patientId, patient, discharged, onChanged }: Props) {
  const station = useStation();
  const asking = useSignal<'move' | 'discharge' | undefined>(undefined);
  if (!station.mayAcknowledge.value) return null;
  const admits = discharged || patient === undefined || !isAdmitted(patient);
  const close = (): void => {
    asking.value = undefined;
  };
  const saved = (): void => {
    close();
    station.refresh();
    onChanged();
  };
  return (
    <div class="form-buttons">
      <button type="button" class="button" onClick={() => (asking.value = 'move')}>
        {admits ? 'Admit…' : 'Transfer…'}
      </button>
      {!admits && (
        <button type="button" class="button" onClick={() => (asking.value = 'discharge')}>
          Discharge…
        </button>
      )}
      {asking.value === 'discharge' && (
        <DischargeDialog patientId={patientId} patient={patient} onClose={close} />
      )}
      {asking.value === 'move' && (
        <StayDialog patientId={patientId} patient={patient} admits={admits} onSaved={saved} onClose={close} />
      )}
    </div>
  );
}
