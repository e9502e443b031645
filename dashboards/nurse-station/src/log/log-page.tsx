/** The alarm log: what was raised, by filters, page by page, each with its history, and all of it as a file. */
import { signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { ALERT_TYPES, PRIORITIES, PRIORITY_TEXT, typeText } from '../alerts/alert-text.ts';
import { describeError } from '../api/problem.ts';
import type { AlertDocument } from '../feed/frames.ts';
import { useStation, type Station } from '../station.ts';
import { alertCsv, download } from './alert-csv.ts';
import { LogLine } from './log-line.tsx';
import { NO_FILTER, sift, toQuery, type LogFilter } from './log-query.ts';

const PAGE = 50;
const EXPORT_PAGE = 200;
/** More than a person reads; a longer time is exported in parts. */
const EXPORT_MAX = 10_000;

/** Kept while other pages are looked at. */
const filter = signal<LogFilter>(NO_FILTER);

export function LogPage() {
  const station = useStation();
  const log = useLog(station);
  const saving = useSignal<string | undefined>(undefined);
  const save = async (): Promise<void> => {
    saving.value = 'Collecting…';
    try {
      const alerts = await collect(station, filter.peek());
      download(
        `alarm-log-${new Date(station.now.peek()).toISOString().slice(0, 16).replaceAll(':', '')}.csv`,
        alertCsv(alerts),
      );
      saving.value =
        alerts.length >= EXPORT_MAX
          ? `The newest ${EXPORT_MAX} alerts were saved: choose a shorter time for the rest.`
          : `${alerts.length} alerts saved.`;
    } catch (cause) {
      saving.value = `Not saved: ${describeError(cause)}`;
    }
  };
  const empty = useComputed(() => log.items.value.length === 0 && !log.loading.value).value;
  return (
    <main class="log">
      <Filters station={station} />
      <div class="log-tools">
        <span role="status">
          {log.loading.value ? 'Loading…' : `${log.items.value.length}${log.more.value ? '+' : ''} alerts`}
        </span>
        <span role="status">{saving.value}</span>
        <button type="button" class="button" onClick={() => (filter.value = NO_FILTER)}>
          Clear filters
        </button>
        <button type="button" class="button" onClick={() => void save()}>
          Save as CSV
        </button>
      </div>
      {log.error.value !== undefined && (
        <p class="action-error" role="alert">
          The log could not be loaded: {log.error.value}{' '}
          <button type="button" class="button" onClick={log.retry}>
            Try again
          </button>
        </p>
      )}
      <table class="log-table">
        <thead>
          <tr>
            <th scope="col">Raised</th>
            <th scope="col">Priority</th>
            <th scope="col">Alarm</th>
            <th scope="col">Patient</th>
            <th scope="col">Lasted</th>
            <th scope="col">Acknowledged</th>
            <th scope="col">Status</th>
            <th scope="col">
              <span class="visually-hidden">History</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {log.items.value.map((alert) => (
            <LogLine key={alert.id} alert={alert} />
          ))}
        </tbody>
      </table>
      {empty && log.error.value === undefined && <p class="hint log-none">No alert matches.</p>}
      {log.more.value && (
        <button type="button" class="button" disabled={log.loading.value} onClick={log.loadMore}>
          Older alerts
        </button>
      )}
    </main>
  );
}

function Filters({ station }: { readonly station: Station }) {
  const regions = useComputed(() =>
    [...new Set(station.beds.value.map((bed) => bed.patient.value.region))].filter(Boolean).sort(),
  ).value;
  const set = (change: Partial<LogFilter>): void => {
    filter.value = { ...filter.value, ...change };
  };
  const { region, patient, type, priority, status, from, to } = filter.value;
  return (
    <search class="log-filters">
      <label>
        Region
        <select value={region} onChange={(event) => set({ region: event.currentTarget.value })}>
          <option value="">All</option>
          {regions.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        Patient
        <select value={patient} onChange={(event) => set({ patient: event.currentTarget.value })}>
          <option value="">All</option>
          {station.beds.value.map(({ id, patient: each }) => (
            <option key={id} value={id}>
              {`${each.value.bed ?? ''} ${each.value.name ?? id}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Alarm
        <select value={type} onChange={(event) => set({ type: event.currentTarget.value })}>
          <option value="">All</option>
          {ALERT_TYPES.map((each) => (
            <option key={each} value={each}>
              {typeText(each)}
            </option>
          ))}
        </select>
      </label>
      <label>
        Priority
        <select value={priority} onChange={(event) => set({ priority: event.currentTarget.value })}>
          <option value="">All</option>
          {PRIORITIES.map((each) => (
            <option key={each} value={each}>
              {PRIORITY_TEXT[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Status
        <select value={status} onChange={(event) => set({ status: event.currentTarget.value })}>
          <option value="">All</option>
          <option value="pending">Not acknowledged</option>
          <option value="acknowledged">Acknowledged</option>
          <option value="resolved">Closed</option>
        </select>
      </label>
      <label>
        From
        <input
          type="datetime-local"
          value={from}
          onChange={(event) => set({ from: event.currentTarget.value })}
        />
      </label>
      <label>
        To
        <input
          type="datetime-local"
          value={to}
          onChange={(event) => set({ to: event.currentTarget.value })}
        />
      </label>
    </search>
  );
}

function useLog(station: Station) {
  const items = useSignal<readonly AlertDocument[]>([]);
  const next = useSignal<string | null>(null);
  const loading = useSignal(true);
  const error = useSignal<string | undefined>(undefined);
  const round = useSignal(0);
  /** Answers to an older question are dropped. */
  const asked = useSignal(0);
  const load = async (after: string | undefined): Promise<void> => {
    const question = asked.peek() + 1;
    asked.value = question;
    loading.value = true;
    try {
      const query = toQuery(filter.peek(), PAGE, after);
      const page = await station.api.alerts(query);
      if (asked.peek() !== question) return;
      const sifted = sift(page.items, query);
      items.value = after === undefined ? sifted.items : [...items.peek(), ...sifted.items];
      next.value = sifted.past ? null : page.next;
      error.value = undefined;
    } catch (cause) {
      if (asked.peek() !== question) return;
      error.value = describeError(cause);
    }
    loading.value = false;
  };
  useSignalEffect(() => {
    void [filter.value, round.value];
    void load(undefined);
  });
  return {
    items,
    loading,
    error,
    more: useComputed(() => next.value !== null),
    loadMore: () => void load(next.peek() ?? undefined),
    retry: () => (round.value = round.peek() + 1),
  };
}

async function collect(station: Station, wanted: LogFilter): Promise<readonly AlertDocument[]> {
  const all: AlertDocument[] = [];
  let after: string | undefined;
  do {
    const query = toQuery(wanted, EXPORT_PAGE, after);
    const page = await station.api.alerts(query);
    const { items, past } = sift(page.items, query);
    all.push(...items);
    after = past ? undefined : (page.next ?? undefined);
  } while (after !== undefined && all.length < EXPORT_MAX);
  return all.slice(0, EXPORT_MAX);
}
