/** Tells new alerts to a screen reader: at once where the patient is in danger, else when it is convenient. */
import { useStation } from '../station.ts';
import type { Alert } from '../feed/patient.ts';
import { numbersText, PRIORITY_TEXT, typeText } from '../alerts/alert-text.ts';

const TOLD_AT_ONCE = 3;

export function Announcer() {
  const station = useStation();
  const { first, alerts, n } = station.announced.value;
  const describe = (alert: Alert): string => {
    const patient = station.bed(alert.patientId)?.patient.peek();
    const where = patient?.bed === undefined ? alert.patientId || alert.region : `Bed ${patient.bed}`;
    const numbers = numbersText(alert);
    const again =
      alert.remindedAtMs !== undefined
        ? 'Still, '
        : alert.escalationStep > 0
          ? `Escalated, step ${alert.escalationStep}, `
          : '';
    return `${again}${PRIORITY_TEXT[alert.priority]}: ${where}, ${typeText(alert.type)}${numbers === '' ? '' : `, ${numbers}`}.`;
  };
  const urgent = alerts.filter(({ priority }) => priority === 'critical' || priority === 'high');
  const others = alerts.filter((alert) => !urgent.includes(alert));
  const tell = (told: readonly Alert[]): string =>
    told.length > TOLD_AT_ONCE || first
      ? told.length === 0
        ? ''
        : `${told.length} alerts. ${told.slice(0, TOLD_AT_ONCE).map(describe).join(' ')}`
      : told.map(describe).join(' ');
  return (
    <div class="visually-hidden">
      <div role="alert" key={`urgent ${n}`}>
        {tell(urgent)}
      </div>
      <div role="status">{tell(others)}</div>
    </div>
  );
}
