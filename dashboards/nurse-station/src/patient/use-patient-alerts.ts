/** A patient's alerts of the past, from the API, with the open ones as the feed tells them. */
import { useComputed, useSignal, useSignalEffect, type ReadonlySignal } from '@preact/signals';
import { useCallback } from 'preact/hooks';
import { describeError } from '../api/problem.ts';
import { toAlert } from '../feed/frames.ts';
import type { Alert } from '../feed/patient.ts';
import { useStation } from '../station.ts';
import { mergeAlerts } from '../alerts/merge-alerts.ts';

export interface PatientAlerts {
  /** Newest first, open ones among them. */
  readonly all: ReadonlySignal<readonly Alert[]>;
  readonly error: ReadonlySignal<string | undefined>;
  readonly loading: ReadonlySignal<boolean>;
  /** Older ones are there. */
  readonly more: ReadonlySignal<boolean>;
  loadMore(): void;
}

export function usePatientAlerts(patientId: string): PatientAlerts {
  const station = useStation();
  const fetched = useSignal<readonly Alert[]>([]);
  const next = useSignal<string | null>(null);
  const error = useSignal<string | undefined>(undefined);
  const loading = useSignal(true);
  const open = useComputed(() => {
    void station.beds.value;
    return station.bed(patientId)?.alerts.value ?? [];
  });

  const load = useCallback(
    async (after: string | undefined) => {
      loading.value = true;
      try {
        const page = await station.api.alerts({
          patient: patientId,
          region: undefined,
          status: undefined,
          priority: undefined,
          after,
        });
        fetched.value = mergeAlerts(fetched.peek(), page.items.map(toAlert));
        next.value = page.next;
        error.value = undefined;
      } catch (cause) {
        error.value = describeError(cause);
      }
      loading.value = false;
    },
    [station, patientId],
  );

  // An alert that came or went: the feed forgets what is resolved, the API does not.
  const openIds = useComputed(() => open.value.map(({ id }) => id).join(' '));
  useSignalEffect(() => {
    void openIds.value;
    void load(undefined);
  });

  // One that was closed from the start never stands open: it comes by its frame alone.
  useSignalEffect(() => {
    const alert = station.changed.value;
    if (alert?.patientId === patientId) fetched.value = mergeAlerts(fetched.peek(), [alert]);
  });

  return {
    all: useComputed(() => mergeAlerts(fetched.value, open.value)),
    error,
    loading,
    more: useComputed(() => next.value !== null),
    loadMore: () => void load(next.peek() ?? undefined),
  };
}
