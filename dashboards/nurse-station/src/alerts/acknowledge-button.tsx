/** "I have seen it", with what came of it in the same place. */
import { useComputed } from '@preact/signals';
import type { Alert } from '../feed/patient.ts';
import { useStation } from '../station.ts';
import { typeText } from './alert-text.ts';

interface Props {
  readonly alert: Alert;
  /** Said to a screen reader: whose alert it is. */
  readonly whose: string;
  /** For a place too small for the word. */
  readonly brief?: boolean;
}

export function AcknowledgeButton({ alert, whose, brief = false }: Props) {
  const station = useStation();
  const action = useComputed(() => station.actions.value.get(alert.id)).value;
  const allowed = station.mayAcknowledge.value;
  const sending = action?.state === 'sending';
  return (
    <span class="acknowledge">
      <button
        type="button"
        class="button-acknowledge"
        disabled={!allowed || sending}
        title={allowed ? undefined : 'Your role may look but not acknowledge'}
        aria-label={`${brief ? 'Ack: ' : ''}Acknowledge ${typeText(alert.type)}, ${whose}`}
        onClick={() => void station.acknowledge(alert.id)}
      >
        {sending ? 'Sending…' : action?.state === 'failed' ? 'Try again' : brief ? 'Ack' : 'Acknowledge'}
      </button>
      {action?.state === 'failed' && (
        <span class="action-error" role="alert">
          Not acknowledged: {action.message}
        </span>
      )}
    </span>
  );
}
