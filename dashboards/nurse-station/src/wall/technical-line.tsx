/** What is wrong with the means of watching: a cyan line of its own, never mistaken for the patient's alarm. */
import { useComputed } from '@preact/signals';
import { AcknowledgeButton } from '../alerts/acknowledge-button.tsx';
import { briefTypeText } from '../alerts/alert-text.ts';
import { PriorityMark } from '../alerts/priority-mark.tsx';
import { awaitsAcknowledgement } from '../feed/urgency.ts';
import { useStation, type Bed } from '../station.ts';
import { formatRunning } from '../vital-text.ts';

export function TechnicalLine({ bed, whose }: { readonly bed: Bed; readonly whose: string }) {
  const { now } = useStation();
  const alerts = bed.alerts.value.filter(({ kind }) => kind === 'technical');
  const first = alerts[0];
  const onsetMs = first?.onsetMs ?? 0;
  const elapsed = useComputed(() => formatRunning(now.value - onsetMs));
  if (first === undefined) return null;
  const acknowledged = !awaitsAcknowledgement(first);
  return (
    <span
      class="technical"
      data-tone="technical"
      data-state={acknowledged ? 'acknowledged' : 'active'}
      title={first.message}
    >
      <PriorityMark tone="technical" />
      <b class="technical-what">
        {briefTypeText(first.type)}
        {alerts.length > 1 && ` +${alerts.length - 1}`}
      </b>
      <span class="elapsed">{elapsed}</span>
      {acknowledged ? (
        <span class="technical-seen">✓ {first.acknowledgedBy}</span>
      ) : (
        <AcknowledgeButton alert={first} whose={whose} brief />
      )}
    </span>
  );
}
