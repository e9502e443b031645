/** Every change of an alert, with who and when: the audit trail as the engine tells it. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AlertEventDocument } from '../api/client.ts';
import { describeError } from '../api/problem.ts';
import { useStation } from '../station.ts';
import { formatClock, formatMoment } from '../vital-text.ts';

const EVENT_TEXT: Readonly<Record<string, string>> = {
  raised: 'Raised',
  updated: 'Changed',
  acknowledged: 'Acknowledged',
  escalated: 'Escalated',
  resolved: 'Closed',
};

export function AlertHistory({ alertId }: { readonly alertId: string }) {
  const station = useStation();
  const events = useSignal<readonly AlertEventDocument[] | undefined>(undefined);
  const error = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const stopping = new AbortController();
    station.api.alertHistory(alertId, stopping.signal).then(
      (history) => (events.value = history),
      (cause: unknown) => {
        if (!stopping.signal.aborted) error.value = describeError(cause);
      },
    );
    return () => stopping.abort();
  }, [station, alertId, events, error]);
  if (error.value !== undefined) return <p class="action-error">{error.value}</p>;
  if (events.value === undefined) return <p class="hint">Loading…</p>;
  return (
    <ol class="history-events">
      {events.value.map((event) => (
        <li key={event.event_id}>
          <time>
            {formatMoment(Date.parse(event.at), 0)}
            {formatClock(Date.parse(event.at)).slice(5)}
          </time>{' '}
          <b>{EVENT_TEXT[event.event] ?? event.event}</b>
          {event.event === 'escalated' && `, step ${event.alert.escalation_step ?? ''}`}
          {event.actor !== null && event.actor !== 'system' && ` by ${event.actor}`}
          {event.reason !== null && `: ${event.reason}`}{' '}
          <span class="hint">
            {event.alert.priority}
            {event.alert.value === null ? '' : `, ${event.alert.value}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
