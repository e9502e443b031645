/** What no monitor measures and the score needs: oxygen, consciousness, and which SpO₂ scale was decided on. */
import { useSignal } from '@preact/signals';
import type { Chart, PatientDetail } from '../api/client.ts';
import { ApiError, describeError } from '../api/problem.ts';
import { useStation } from '../station.ts';

const CONSCIOUSNESS = [
  ['alert', 'Alert'],
  ['new_confusion', 'New confusion'],
  ['voice', 'Responds to voice'],
  ['pain', 'Responds to pain'],
  ['unresponsive', 'Unresponsive'],
] as const;

interface Props {
  readonly patientId: string;
  readonly detail: PatientDetail;
  readonly onSaved: () => void;
}

export function ChartCard({ patientId, detail, onSaved }: Props) {
  const station = useStation();
  const changed = useSignal<Chart>({});
  const state = useSignal<'idle' | 'saving' | 'unknown'>('idle');
  const said = useSignal<{ readonly failed: boolean; readonly text: string } | undefined>(undefined);
  // An engine that does not chart has no such place.
  if (state.value === 'unknown') return null;
  const shown = { ...detail, ...changed.value };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    state.value = 'saving';
    try {
      await station.api.setChart(patientId, changed.peek());
      changed.value = {};
      said.value = { failed: false, text: 'Charted. The score follows.' };
      onSaved();
      state.value = 'idle';
    } catch (cause) {
      state.value = cause instanceof ApiError && cause.status === 404 ? 'unknown' : 'idle';
      said.value = { failed: true, text: `Not charted: ${describeError(cause)}` };
    }
  };
  const set = (change: Chart): void => {
    changed.value = { ...changed.value, ...change };
    said.value = undefined;
  };
  const oxygen = shown.supplemental_oxygen;
  return (
    <form class="fields chart-card" aria-label="Charted" onSubmit={(event) => void save(event)}>
      <h2>Charted</h2>
      <label>
        Breathing
        <select
          value={oxygen === true ? 'oxygen' : oxygen === false ? 'air' : ''}
          onChange={(event) => {
            if (event.currentTarget.value !== '')
              set({ supplemental_oxygen: event.currentTarget.value === 'oxygen' });
          }}
        >
          <option value="" disabled>
            Not charted (air assumed)
          </option>
          <option value="air">Air</option>
          <option value="oxygen">Supplemental oxygen</option>
        </select>
      </label>
      <label>
        Consciousness
        <select
          value={shown.consciousness ?? ''}
          onChange={(event) => {
            const chosen = CONSCIOUSNESS.find(([value]) => value === event.currentTarget.value)?.[0];
            if (chosen !== undefined) set({ consciousness: chosen });
          }}
        >
          <option value="" disabled>
            Not charted (alert assumed)
          </option>
          {CONSCIOUSNESS.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        SpO₂ scale
        <select
          value={String(shown.oxygen_scale ?? 1)}
          onChange={(event) => set({ oxygen_scale: event.currentTarget.value === '2' ? 2 : 1 })}
        >
          <option value="1">1: usual</option>
          <option value="2">2: hypercapnic failure, 88–92 %</option>
        </select>
      </label>
      {changed.value.oxygen_scale === 2 && (
        <p class="form-warning">
          Scale 2 is a recorded decision of a competent clinician. Save it only if it was made.
        </p>
      )}
      <p class="form-buttons">
        <button
          type="submit"
          class="button"
          disabled={
            !station.mayAcknowledge.value ||
            state.value === 'saving' ||
            Object.keys(changed.value).length === 0
          }
        >
          {state.value === 'saving' ? 'Saving…' : 'Save chart'}
        </button>
        <span role="status" class={said.value?.failed === true ? 'action-error' : 'hint'}>
          {said.value?.text}
        </span>
      </p>
    </form>
  );
}
