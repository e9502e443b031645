/** All alerts as a list: the open ones live, the closed ones from the record. */
import { signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { describeError } from '../api/problem.ts';
import { toAlert } from '../feed/frames.ts';
import type { Alert, Priority } from '../feed/patient.ts';
import { byUrgency, isLatched } from '../feed/urgency.ts';
import { useStation, type Station } from '../station.ts';
import { filter } from '../wall/wall.tsx';
import { matches } from '../wall/order.ts';
import { AlertRow } from './alert-row.tsx';
import { PRIORITIES, PRIORITY_TEXT } from './alert-text.ts';
import { mergeAlerts } from './merge-alerts.ts';

type Shown = 'open' | 'pending' | 'latched' | 'acknowledged' | 'resolved';

const SHOWN: readonly { readonly value: Shown; readonly text: string }[] = [
  { value: 'open', text: 'All open' },
  { value: 'pending', text: 'Not acknowledged' },
  { value: 'latched', text: 'Ended, not acknowledged' },
  { value: 'acknowledged', text: 'Acknowledged' },
  { value: 'resolved', text: 'Closed' },
];

/** Kept while other pages are looked at. */
const shown = signal<Shown>('open');
const priority = signal<Priority | ''>('');
const newestFirst = signal(false);

export function AlertList() {
  const station = useStation();
  const closed = useClosed(station);
  const list = useComputed(() => {
    const source = shown.value === 'resolved' ? closed.alerts.value : station.openAlerts.value;
    return source
      .filter(
        (alert) =>
          inShown(alert, shown.value) && (priority.value === '' || alert.priority === priority.value),
      )
      .filter((alert) => isWanted(station, alert))
      .toSorted(
        newestFirst.value || shown.value === 'resolved' ? (a, b) => b.raisedAtMs - a.raisedAtMs : byUrgency,
      );
  });
  return (
    <main class="alert-list">
      <div class="alert-tools" role="toolbar" aria-label="Which alerts">
        {SHOWN.map(({ value, text }) => (
          <button
            key={value}
            type="button"
            class="button"
            aria-pressed={shown.value === value}
            onClick={() => (shown.value = value)}
          >
            {text}
          </button>
        ))}
        <select
          aria-label="Priority"
          value={priority.value}
          onChange={(event) => (priority.value = event.currentTarget.value as Priority | '')}
        >
          <option value="">All priorities</option>
          {PRIORITIES.map((value) => (
            <option key={value} value={value}>
              {PRIORITY_TEXT[value]}
            </option>
          ))}
        </select>
        <select
          aria-label="Order"
          disabled={shown.value === 'resolved'}
          value={newestFirst.value || shown.value === 'resolved' ? 'newest' : 'urgent'}
          onChange={(event) => (newestFirst.value = event.currentTarget.value === 'newest')}
        >
          <option value="urgent">Most urgent first</option>
          <option value="newest">Newest first</option>
        </select>
        <span class="alert-count" role="status">
          {station.loaded.value ? `${list.value.length} shown` : 'Loading…'}
        </span>
      </div>
      {shown.value === 'resolved' && closed.error.value !== undefined && (
        <p class="action-error" role="alert">
          Closed alerts could not be loaded: {closed.error.value}{' '}
          <button type="button" class="button" onClick={closed.load}>
            Try again
          </button>
        </p>
      )}
      <ul class="alert-rows">
        {list.value.map((alert) => (
          <AlertRow key={alert.id} alert={alert} />
        ))}
      </ul>
      {station.loaded.value && list.value.length === 0 && closed.error.value === undefined && <NoAlerts />}
      {shown.value === 'resolved' && closed.more.value && (
        <button type="button" class="button" onClick={closed.load}>
          Older alerts
        </button>
      )}
    </main>
  );
}

function NoAlerts() {
  const narrowed = priority.value !== '' || filter.value.region !== '' || filter.value.text !== '';
  return (
    <div class="empty">
      <h2>{shown.value === 'open' && !narrowed ? 'No open alert' : 'No alert matches'}</h2>
      <p>
        {narrowed
          ? 'A priority, a region or a search narrows the list.'
          : 'New ones appear here and on the wall by themselves.'}
      </p>
      {narrowed && (
        <button
          type="button"
          class="button"
          onClick={() => {
            priority.value = '';
            filter.value = { region: '', text: '' };
          }}
        >
          Show all
        </button>
      )}
    </div>
  );
}

function inShown(alert: Alert, wanted: Shown): boolean {
  if (wanted === 'open') return alert.status !== 'resolved';
  return wanted === 'latched' ? isLatched(alert) : alert.status === wanted;
}

function isWanted(station: Station, alert: Alert): boolean {
  const patient = station.bed(alert.patientId)?.patient.value;
  return matches(
    {
      patientId: alert.patientId,
      region: alert.region,
      name: patient?.name,
      bed: patient?.bed,
      ward: patient?.ward,
    },
    filter.value,
  );
}

function useClosed(station: Station) {
  const alerts = useSignal<readonly Alert[]>([]);
  const error = useSignal<string | undefined>(undefined);
  const next = useSignal<string | null>(null);
  const load = async (after: string | undefined): Promise<void> => {
    try {
      const page = await station.api.alerts({
        patient: undefined,
        region: filter.peek().region || undefined,
        status: 'resolved',
        priority: priority.peek() || undefined,
        after,
      });
      const items = page.items.map(toAlert);
      alerts.value = after === undefined ? items : mergeAlerts(alerts.peek(), items);
      next.value = page.next;
      error.value = undefined;
    } catch (cause) {
      error.value = describeError(cause);
    }
  };
  useSignalEffect(() => {
    // Other alerts are wanted, or one was closed just now.
    void [filter.value.region, priority.value, station.openAlerts.value.length];
    if (shown.value === 'resolved') void load(undefined);
  });
  return {
    alerts,
    error,
    more: useComputed(() => next.value !== null),
    load: () => void load(next.peek() ?? undefined),
  };
}
