/** The lower band of a tile: the patient's most urgent alert, else a crossing that is being timed; none while all is well. */
import { useComputed, type ReadonlySignal } from '@preact/signals';
import { AcknowledgeButton } from '../alerts/acknowledge-button.tsx';
import { alertState } from '../alerts/alert-state.ts';
import { comparisonText, PRIORITY_TEXT, toneOf, typeText } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import { ToldMark } from '../alerts/told-mark.tsx';
import type { Alert, Pending } from '../feed/patient.ts';
import { useStation, type Bed } from '../station.ts';
import { formatElapsed, formatMoment } from '../vital-text.ts';
import { PendingBar } from './pending-bar.tsx';

/** One beat for the whole wall: everything that flashes starts at the same phase. Half a second is 2 Hz, within IEC's 1.4–2.8. */
const flashPhase = (): string => `-${Math.round(performance.now() % 500)}ms`;

export function AlertStrip({ bed, whose }: { readonly bed: Bed; readonly whose: string }) {
  const alerts = bed.alerts.value.filter(({ kind }) => kind === 'physiological');
  const first = alerts[0];
  const pending = useComputed(() => bed.patient.value.pending);
  if (first === undefined) return <PendingStrip pending={pending} />;
  return <OneAlert key={first.id} alert={first} more={alerts.length - 1} whose={whose} pending={pending} />;
}

interface OneAlertProps {
  readonly alert: Alert;
  readonly more: number;
  readonly whose: string;
  readonly pending: ReadonlySignal<readonly Pending[]>;
}

function OneAlert({ alert, more, whose, pending }: OneAlertProps) {
  const tone = toneOf(alert);
  const state = alertState(alert);
  const acknowledged = state === 'acknowledged';
  return (
    <div
      class="strip"
      data-tone={tone}
      data-state={state}
      style={{ '--flash-phase': flashPhase() }}
      title={alert.message}
    >
      <PriorityMark tone={tone} />
      <span class="strip-head">
        <b class="strip-what">
          {typeText(alert.type)}
          {more > 0 && <span class="more"> +{more}</span>}
          {!acknowledged && <Escalated alert={alert} />}
        </b>
        <ToldMark alert={alert} brief />
        <span>
          {PRIORITY_TEXT[alert.priority]}
          {state === 'latched' ? ', latched' : <Elapsed sinceMs={alert.onsetMs} />}
        </span>
      </span>
      <span class="strip-detail">{detailText(alert)}</span>
      {!acknowledged && <AcknowledgeButton alert={alert} whose={whose} />}
      {acknowledged && pending.value[0] !== undefined && <PendingBar pending={pending.value[0]} />}
    </div>
  );
}

function PendingStrip({ pending }: { readonly pending: ReadonlySignal<readonly Pending[]> }) {
  const [first] = pending.value;
  if (first === undefined) return null;
  return (
    <div class="strip" data-tone={first.priority} data-state="pending">
      <span class="strip-head">
        <b class="strip-what">{typeText(first.type)}?</b>
        <span>
          alert in <TimeLeft untilMs={first.dueMs} />
        </span>
      </span>
      <span class="strip-detail">Being timed, not an alert yet</span>
      <PendingBar key={`${first.type} ${first.sinceMs}`} pending={first} />
    </div>
  );
}

/** Nobody answered, so the next in the chain was told. */
function Escalated({ alert }: { readonly alert: Alert }) {
  if (alert.escalationStep === 0) return null;
  return (
    <span class="escalated" title={`Escalated: ${alert.escalationStep} of the chain told after the first`}>
      ↑{alert.escalationStep}
    </span>
  );
}

function detailText(alert: Alert): string {
  const state = alertState(alert);
  if (state === 'acknowledged') return `✓ ${alert.acknowledgedBy ?? 'acknowledged'}${seenAt(alert)}`;
  if (state === 'latched') return 'Condition gone';
  if (state === 'held') return 'May be over';
  return alert.status === 'acknowledged' ? `Still: ${comparisonText(alert)}` : comparisonText(alert);
}

const seenAt = ({ acknowledgedAtMs }: Alert): string =>
  acknowledgedAtMs === undefined ? '' : ` ${formatMoment(acknowledgedAtMs, acknowledgedAtMs)}`;

/** Never below nothing: the alert itself comes a moment after its delay. */
function TimeLeft({ untilMs }: { readonly untilMs: number }) {
  const { now } = useStation();
  const text = useComputed(() => formatElapsed(Math.max(0, untilMs - now.value)));
  return <span class="time-left">{text}</span>;
}

function Elapsed({ sinceMs }: { readonly sinceMs: number }) {
  const { now } = useStation();
  const text = useComputed(() => formatElapsed(now.value - sinceMs));
  return <span class="elapsed"> {text}</span>;
}
