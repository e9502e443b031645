/** On an alert that could not be told when it began, so that nobody takes its time for the time somebody knew. */
import type { Alert } from '../feed/patient.ts';

type Told = Pick<Alert, 'late' | 'historical'>;

/** Empty of an alert that was told at once. */
export function toldText({ late, historical }: Told): string {
  if (historical) return 'Found later';
  return late ? 'Told late' : '';
}

export function ToldMark({ alert, brief = false }: { readonly alert: Told; readonly brief?: boolean }) {
  const text = toldText(alert);
  if (text === '') return null;
  return (
    <span
      class="chip chip-told"
      title={
        alert.historical
          ? 'Found in readings that arrived afterwards. Nobody was told at the time, and nothing sounded.'
          : 'It began long before it could be told: its readings were held up on the way.'
      }
    >
      {brief ? 'LATE' : text.toUpperCase()}
    </span>
  );
}
