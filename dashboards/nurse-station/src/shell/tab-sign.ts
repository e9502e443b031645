/** What a tab in the background can say: its title and its icon. */
import { useSignalEffect } from '@preact/signals';
import { useStation } from '../station.ts';

export function useTabSign(): void {
  const station = useStation();
  useSignalEffect(() => {
    const unwatched = station.monitoring.value.state === 'not_monitoring';
    const unseen = station.openAlerts.value.filter(({ status }) => status === 'pending');
    const urgent = unseen.filter(
      ({ kind, priority }) => kind === 'physiological' && (priority === 'critical' || priority === 'high'),
    );
    document.title = unwatched
      ? '✕ NOT MONITORING – Vitalwire'
      : unseen.length > 0
        ? `(${unseen.length}) Vitalwire nurse station`
        : 'Vitalwire nurse station';
    const icon = unwatched ? 'favicon-not-monitoring' : urgent.length > 0 ? 'favicon-alert' : 'favicon';
    const link = document.getElementById('favicon');
    const href = `/${icon}.svg`;
    if (link?.getAttribute('href') !== href) link?.setAttribute('href', href);
  });
}
