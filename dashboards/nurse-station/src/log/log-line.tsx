/** An alert in the log, and what happened to it once somebody asks. */
import { useSignal } from '@preact/signals';
import { numbersText, PRIORITY_TEXT, toneOf, typeText } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import { ToldMark } from '../alerts/told-mark.tsx';
import { toAlert, type AlertDocument } from '../feed/frames.ts';
import { isLatched } from '../feed/urgency.ts';
import { patientHref } from '../router.ts';
import { useStation } from '../station.ts';
import { formatElapsed, formatMoment } from '../vital-text.ts';
import { AlertHistory } from './alert-history.tsx';

const STATUS_TEXT = {
  pending: 'Not acknowledged',
  acknowledged: 'Acknowledged',
  resolved: 'Closed',
} as const;

export function LogLine({ alert: document }: { readonly alert: AlertDocument }) {
  const station = useStation();
  const open = useSignal(false);
  const alert = toAlert(document);
  const tone = toneOf(alert);
  const nowMs = station.now.peek();
  const patient = station.bed(alert.patientId)?.patient.peek();
  const endMs = alert.endedAtMs ?? alert.resolvedAtMs;
  const historyId = `history-${alert.id}`;
  return (
    <>
      <tr class="log-line" data-alert={alert.id}>
        <td>{formatMoment(alert.raisedAtMs, nowMs)}</td>
        <td class="log-priority" data-tone={tone}>
          <PriorityMark tone={tone} />{' '}
          <span class="log-priority-name">
            {tone === 'technical' ? 'Technical' : PRIORITY_TEXT[alert.priority]}
          </span>
        </td>
        <td>
          <b>{typeText(alert.type)}</b> <ToldMark alert={alert} />{' '}
          <span class="hint">{numbersText(alert)}</span>
        </td>
        <td>
          {alert.patientId === '' ? (
            alert.region
          ) : (
            <a href={patientHref(alert.patientId)}>
              {patient?.bed === undefined ? '' : `Bed ${patient.bed}, `}
              {patient?.name ?? alert.patientId}
            </a>
          )}
          {alert.patientId !== '' && station.severalRegions.value && (
            <span class="hint"> {alert.region}</span>
          )}
        </td>
        <td>{endMs === undefined ? 'ongoing' : formatElapsed(endMs - alert.onsetMs)}</td>
        <td>
          {alert.acknowledgedBy === undefined
            ? alert.historical
              ? 'Nobody was told'
              : alert.status === 'resolved'
                ? 'Never'
                : ''
            : `${alert.acknowledgedBy}${alert.acknowledgedAtMs === undefined ? '' : ` after ${formatElapsed(alert.acknowledgedAtMs - alert.raisedAtMs)}`}`}
        </td>
        <td>
          {isLatched(alert) ? 'Ended, not acknowledged' : STATUS_TEXT[alert.status]}
          {alert.escalationStep > 0 && ` ↑${alert.escalationStep}`}
        </td>
        <td>
          <button
            type="button"
            class="button"
            aria-expanded={open.value}
            aria-controls={open.value ? historyId : undefined}
            aria-label={`History of ${typeText(alert.type)}, ${formatMoment(alert.raisedAtMs, nowMs)}`}
            onClick={() => (open.value = !open.value)}
          >
            {open.value ? '▴' : '▾'}
          </button>
        </td>
      </tr>
      {open.value && (
        <tr class="log-history" id={historyId}>
          <td colSpan={8}>
            <AlertHistory alertId={alert.id} />
          </td>
        </tr>
      )}
    </>
  );
}
