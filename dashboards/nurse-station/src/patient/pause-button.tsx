/** Two minutes of quiet for one patient, counted down where it was asked for; it ends by itself. */
import { useComputed } from '@preact/signals';
import { pauseAction } from '../live/actions.ts';
import { useStation, type Bed } from '../station.ts';
import { PauseRing } from '../wall/pause-ring.tsx';

export function PauseButton({ bed }: { readonly bed: Bed }) {
  const station = useStation();
  const paused = useComputed(() => (bed.patient.value.pause?.untilMs ?? 0) > station.now.value).value;
  const action = useComputed(() => station.actions.value.get(pauseAction(bed.id))).value;
  if (station.pauses.value === false) return null;
  return (
    <span class="pause-control">
      <PauseRing bed={bed} />
      <button
        type="button"
        class="button"
        disabled={!station.mayAcknowledge.value || action?.state === 'sending'}
        onClick={() => void station.pause(bed.id, !paused)}
      >
        {paused ? 'End pause' : 'Pause alarms 2 min'}
      </button>
      {action?.state === 'failed' && (
        <span class="action-error" role="alert">
          {paused ? 'Still paused' : 'Not paused'}: {action.message}
        </span>
      )}
    </span>
  );
}
