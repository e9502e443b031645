/** Alerts of no single bed (a gateway, a region): above everything on the wall. */
import { useStation } from '../station.ts';
import { AlertRow } from './alert-row.tsx';

export function AreaAlerts() {
  const station = useStation();
  const alerts = station.areaAlerts.value;
  if (alerts.length === 0) return null;
  return (
    <ul class="alert-rows area-alerts" aria-label="Alerts of a whole area">
      {alerts.map((alert) => (
        <AlertRow key={alert.id} alert={alert} />
      ))}
    </ul>
  );
}
