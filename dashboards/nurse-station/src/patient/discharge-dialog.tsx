/** Asked before a patient is watched no more: who it is, and what is closed with her. */
import { useSignal } from '@preact/signals';
import { PRIORITY_TEXT, typeText } from '../alerts/alert-text.ts';
import { describeError } from '../api/problem.ts';
import type { Patient } from '../feed/patient.ts';
import { awaitsAcknowledgement } from '../feed/urgency.ts';
import { Dialog, DialogButtons } from '../shell/dialog.tsx';
import { useStation } from '../station.ts';

interface Props {
  readonly patientId: string;
  readonly patient: Patient | undefined;
  readonly onClose: () => void;
}

export function DischargeDialog({ patientId, patient, onClose }: Props) {
  const station = useStation();
  const problem = useSignal<string | undefined>(undefined);
  const sending = useSignal(false);
  const unseen = (station.bed(patientId)?.alerts.value ?? []).filter(awaitsAcknowledgement);
  const discharge = async (event: Event): Promise<void> => {
    event.preventDefault();
    sending.value = true;
    try {
      await station.api.discharge(patientId);
      location.hash = '#/';
    } catch (cause) {
      problem.value = describeError(cause);
      sending.value = false;
    }
  };
  const facts = [patient?.bed === undefined ? undefined : `Bed ${patient.bed}`, patient?.ward, patientId];
  return (
    <Dialog title={`Discharge ${patient?.name ?? patientId}?`} onClose={onClose}>
      <form class="fields" aria-label="Discharge" onSubmit={(event) => void discharge(event)}>
        <p>
          <b>{facts.filter(Boolean).join(' · ')}</b>
        </p>
        <p class="form-warning">
          The patient is watched no more: no numbers, no alarms, whatever the bedside device goes on to send.
        </p>
        {unseen.length > 0 && (
          <div class="form-danger">
            <b>Not acknowledged, and closed by the discharge:</b>
            <ul>
              {unseen.map((alert) => (
                <li key={alert.id}>
                  {PRIORITY_TEXT[alert.priority]}: {typeText(alert.type)}
                </li>
              ))}
            </ul>
          </div>
        )}
        {problem.value !== undefined && (
          <p class="action-error" role="alert">
            Not discharged: {problem.value}
          </p>
        )}
        <DialogButtons action="Discharge" careful sending={sending.value} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
