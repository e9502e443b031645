/** An alert as a line of a list. */
import { useComputed } from '@preact/signals';
import type { Alert } from '../feed/patient.ts';
import { awaitsAcknowledgement, isHeldOff, isLatched } from '../feed/urgency.ts';
import { patientHref } from '../router.ts';
import { useStation } from '../station.ts';
import { formatElapsed, formatMoment } from '../vital-text.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { numbersText, PRIORITY_TEXT, toneOf, typeText } from './alert-text.ts';
import { alertState } from './alert-state.ts';
import { PriorityMark } from './priority-mark.tsx';
import { ToldMark } from './told-mark.tsx';

interface Props {
  readonly alert: Alert;
  /** On the patient's own page the patient goes without saying. */
  readonly ofPatient?: boolean;
}

export function AlertRow({ alert, ofPatient = false }: Props) {
  const station = useStation();
  const patient = station.bed(alert.patientId)?.patient.value;
  const bedName = patient?.bed;
  const name = patient?.name ?? alert.patientId;
  const whose = bedName === undefined ? name : `bed ${bedName}, ${name}`;
  const tone = toneOf(alert);
  const open = alert.status !== 'resolved';
  return (
    <li class="alert-row" data-tone={tone} data-state={alertState(alert)} data-alert={alert.id}>
      <PriorityMark tone={tone} />
      <span class="alert-what">
        <b>
          {typeText(alert.type)}
          <span class="alert-priority">
            {' '}
            {PRIORITY_TEXT[alert.priority]}
            {tone === 'technical' ? ', technical' : ''}
          </span>
          <ToldMark alert={alert} />
          {alert.mode !== 'real' && <span class="chip chip-mode">{alert.mode.toUpperCase()}</span>}
        </b>
        <small>
          {alert.escalationStep > 0 && open && (
            <b class="escalated">↑ escalated, step {alert.escalationStep}</b>
          )}
          {alert.message || numbersText(alert)}
        </small>
      </span>
      {!ofPatient && (
        <span class="alert-whose">
          {alert.patientId === '' ? (
            <b>{alert.region}</b>
          ) : (
            <a href={patientHref(alert.patientId)}>
              <b>{bedName === undefined ? name : `Bed ${bedName}`}</b> {bedName === undefined ? '' : name}
            </a>
          )}
          <small>
            {alert.patientId === ''
              ? 'the whole region'
              : station.severalRegions.value
                ? [patient?.ward, alert.region].filter(Boolean).join(', ')
                : (patient?.ward ?? alert.region)}
          </small>
        </span>
      )}
      <span class="alert-when">
        <b>{open ? <Running alert={alert} /> : formatMoment(alert.raisedAtMs, station.now.peek())}</b>
        <small>{whenText(alert, station.now.peek())}</small>
      </span>
      <span class="alert-action">
        {awaitsAcknowledgement(alert) ? (
          <AcknowledgeButton alert={alert} whose={whose} />
        ) : (
          <small>{acknowledgedText(alert, station.now.peek())}</small>
        )}
      </span>
    </li>
  );
}

function Running({ alert }: { readonly alert: Alert }) {
  const { now } = useStation();
  const text = useComputed(() => formatElapsed((alert.endedAtMs ?? now.value) - alert.onsetMs));
  return <span class="elapsed">{text}</span>;
}

function whenText(alert: Alert, nowMs: number): string {
  if (alert.status === 'resolved') {
    const endMs = alert.endedAtMs ?? alert.resolvedAtMs;
    return endMs === undefined ? 'closed' : `lasted ${formatElapsed(endMs - alert.onsetMs)}`;
  }
  const since = `since ${formatMoment(alert.onsetMs, nowMs)}`;
  if (isHeldOff(alert)) return `${since}, may be over`;
  return isLatched(alert) ? 'ended, not acknowledged' : since;
}

function acknowledgedText(alert: Alert, nowMs: number): string {
  if (alert.historical) return 'Nobody was told';
  if (alert.acknowledgedBy === undefined)
    return alert.status === 'resolved' ? 'Never acknowledged' : 'Acknowledged';
  const at = alert.acknowledgedAtMs === undefined ? '' : `, ${formatMoment(alert.acknowledgedAtMs, nowMs)}`;
  return `✓ ${alert.acknowledgedBy}${at}`;
}
