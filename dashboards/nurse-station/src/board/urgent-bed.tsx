/** A bed whose patient alarms: numbers that are read from five metres, and what is wrong. */
import { useComputed } from '@preact/signals';
import { comparisonText, PRIORITY_TEXT, toneOf, typeText } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import type { Alert } from '../feed/patient.ts';
import { isLatched } from '../feed/urgency.ts';
import { useStation, type Bed } from '../station.ts';
import { formatElapsed } from '../vital-text.ts';
import { PauseRing } from '../wall/pause-ring.tsx';
import { isUrgent, numbersShown } from './arrange.ts';
import { BoardNumber } from './board-number.tsx';

export function UrgentBed({ bed, showsRegion }: { readonly bed: Bed; readonly showsRegion: boolean }) {
  const region = useComputed(() => bed.patient.value.region);
  // What brought the bed here, and not its device's trouble.
  const alert = bed.alerts.value.find(isUrgent);
  const name = useComputed(() => bed.patient.value.name ?? bed.id).value;
  const bedName = useComputed(() => bed.patient.value.bed ?? bed.id).value;
  const mode = useComputed(() => bed.patient.value.mode).value;
  if (alert === undefined) return null;
  const tone = toneOf(alert);
  return (
    <article class="board-bed" data-tone={tone} data-state={isLatched(alert) ? 'latched' : 'active'}>
      <header>
        <b class="board-bed-name">{bedName}</b>
        <span class="board-name">{name}</span>
        {mode !== 'real' && <span class="chip chip-mode">{mode.toUpperCase()}</span>}
        {showsRegion && <span class="board-region">{region}</span>}
        <PauseRing bed={bed} />
      </header>
      <div class="board-numbers">
        {numbersShown(bed.alerts.value).map((vital) => (
          <BoardNumber key={vital} bed={bed} vital={vital} />
        ))}
      </div>
      <BoardAlert alert={alert} more={bed.alerts.value.length - 1} />
    </article>
  );
}

function BoardAlert({ alert, more }: { readonly alert: Alert; readonly more: number }) {
  const { now } = useStation();
  const elapsed = useComputed(() => formatElapsed(now.value - alert.onsetMs));
  const tone = toneOf(alert);
  return (
    <p class="board-alert" data-tone={tone}>
      <PriorityMark tone={tone} />
      <b>
        {typeText(alert.type)}
        {more > 0 && ` +${more}`}
      </b>
      <span>{isLatched(alert) ? 'condition gone' : comparisonText(alert, false)}</span>
      <span class="board-elapsed">
        {alert.escalationStep > 0 && `↑${alert.escalationStep} `}
        {PRIORITY_TEXT[alert.priority]} {elapsed}
      </span>
    </p>
  );
}
