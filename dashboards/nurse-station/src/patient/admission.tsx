/** Admitting from wherever one is: what leads to the dialog, and the dialog over the page. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isAdmitted } from '../feed/patient.ts';
import { patientHref } from '../router.ts';
import { useStation, type Bed } from '../station.ts';
import { StayDialog } from './stay-dialog.tsx';

/** An id that sends already, or (undefined) one that is still to be said. */
const asked = signal<{ readonly patientId: string | undefined } | undefined>(undefined);

export const openAdmission = (patientId: string | undefined): void => {
  asked.value = { patientId };
};

const close = (): void => {
  asked.value = undefined;
};

export function Admission() {
  const station = useStation();
  // Signed out over an open dialog, the next person is asked nothing.
  useEffect(() => close, []);
  if (asked.value === undefined || !station.mayAcknowledge.value) return null;
  const { patientId } = asked.value;
  const patient = patientId === undefined ? undefined : station.bed(patientId)?.patient.peek();
  const saved = (admitted: string): void => {
    close();
    station.refresh();
    location.hash = patientHref(admitted);
  };
  return <StayDialog patientId={patientId} patient={patient} admits onSaved={saved} onClose={close} />;
}

/** The entry that stands with the pages. */
export function AdmitEntry() {
  const station = useStation();
  if (!station.mayAcknowledge.value) return null;
  return (
    <button
      type="button"
      class="button-plain nav-admit"
      title="Admit a patient (+)"
      onClick={() => openAdmission(undefined)}
    >
      Admit…
    </button>
  );
}

/** On the tile of a bed that sends for somebody whom nobody has admitted. */
export function AdmitHere({ bed }: { readonly bed: Bed }) {
  const station = useStation();
  if (isAdmitted(bed.patient.value)) return null;
  if (!station.mayAcknowledge.value) return <span class="chip chip-unadmitted">Not admitted</span>;
  return (
    <button
      type="button"
      class="admit-here"
      aria-label={`Admit… ${bed.id}`}
      title="Readings arrive, and nobody is admitted under this id"
      onClick={() => openAdmission(bed.id)}
    >
      Admit…
    </button>
  );
}
