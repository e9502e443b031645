/** The patient's alarms are paused: a ring that empties, and the seconds left. Gone by itself when the pause is over. */
import { useComputed } from '@preact/signals';
import { PAUSE_MAX_MS } from '../feed/patient.ts';
import { useStation, type Bed } from '../station.ts';
import { formatElapsed } from '../vital-text.ts';

export function PauseRing({ bed }: { readonly bed: Bed }) {
  const station = useStation();
  const pause = useComputed(() => bed.patient.value.pause).value;
  const leftMs = useComputed(() => (bed.patient.value.pause?.untilMs ?? 0) - station.now.value);
  const over = useComputed(() => leftMs.value <= 0).value;
  const text = useComputed(() => formatElapsed(leftMs.value));
  if (pause === undefined || over) return null;
  return (
    <span class="pause" title={`Alarms paused by ${pause.by}, ${pause.priority} and below`}>
      <svg class="pause-ring" viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="9.5" class="pause-track" />
        <circle
          key={pause.untilMs}
          cx="12"
          cy="12"
          r="9.5"
          pathLength={100}
          class="pause-left"
          style={{
            animationDuration: `${PAUSE_MAX_MS}ms`,
            animationDelay: `${leftMs.peek() - PAUSE_MAX_MS}ms`,
          }}
        />
        <path d="M9 8h2v8H9zM13 8h2v8h-2z" />
      </svg>
      <span class="visually-hidden">Alarms paused, </span>
      <b>{text}</b>
    </span>
  );
}
