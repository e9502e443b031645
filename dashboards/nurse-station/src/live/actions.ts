/** What a nurse does to an alert or a patient's alarms, and what came of it, shown where the button was. */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Api } from '../api/client.ts';
import { ApiError, describeError } from '../api/problem.ts';
import type { AlertDocument } from '../feed/frames.ts';
import { PAUSE_MAX_MS } from '../feed/patient.ts';

/** An action under way, or why it failed. */
export type ActionState =
  { readonly state: 'sending' } | { readonly state: 'failed'; readonly message: string };

export interface Actions {
  /** By alert id, or `pauseAction`. */
  readonly actions: ReadonlySignal<ReadonlyMap<string, ActionState>>;
  acknowledge(alertId: string): Promise<void>;
  /** Pauses the patient's alarms for two minutes, or ends the pause. */
  pause(patientId: string, paused: boolean): Promise<void>;
  /** The engine knows pauses: undefined until one was asked for. */
  readonly pauses: ReadonlySignal<boolean | undefined>;
}

export const pauseAction = (patientId: string): string => `pause:${patientId}`;

/** `acknowledged` is given the alert as the engine answers it, which may be ahead of the feed. */
export function createActions(api: Api, acknowledged: (alert: AlertDocument) => void): Actions {
  const actions = signal<ReadonlyMap<string, ActionState>>(new Map());
  const pauses = signal<boolean | undefined>(undefined);
  const set = (key: string, action: ActionState | undefined): void => {
    const next = new Map(actions.value);
    if (action === undefined) next.delete(key);
    else next.set(key, action);
    actions.value = next;
  };
  const attempt = async (key: string, work: () => Promise<void>): Promise<unknown> => {
    set(key, { state: 'sending' });
    try {
      await work();
      set(key, undefined);
      return undefined;
    } catch (error) {
      set(key, { state: 'failed', message: describeError(error) });
      return error;
    }
  };
  return {
    actions,
    async acknowledge(alertId) {
      await attempt(alertId, async () => {
        const alert = await api.acknowledge(alertId);
        if (alert !== undefined) acknowledged(alert);
      });
    },
    async pause(patientId, paused) {
      const error = await attempt(pauseAction(patientId), () =>
        paused ? api.pause(patientId, PAUSE_MAX_MS / 1000) : api.resume(patientId),
      );
      if (error === undefined) pauses.value = true;
      // The patient is known here, so that "no such resource" is of an engine that knows no pauses.
      else if (error instanceof ApiError && error.status === 404) pauses.value = false;
    },
    pauses,
  };
}
