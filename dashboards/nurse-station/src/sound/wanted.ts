/** The highest priority that should be heard at this moment, of all beds and areas. */
import { computed, type ReadonlySignal } from '@preact/signals';
import type { Priority } from '../feed/patient.ts';
import type { Ward } from '../live/ward.ts';
import type { Watch } from '../live/watch.ts';
import { higher, isAudible } from './audible.ts';

export function wantedSound(ward: Ward, watch: Watch): ReadonlySignal<Priority | undefined> {
  return computed(() => {
    // A station that does not watch says so aloud, too.
    let wanted: Priority | undefined =
      watch.monitoring.value.state === 'not_monitoring' ? 'medium' : undefined;
    for (const alert of ward.areaAlerts.value) {
      if (isAudible(alert, undefined, 0)) wanted = higher(wanted, alert.priority);
    }
    for (const bed of ward.beds.value) {
      for (const alert of bed.alerts.value) {
        // Only of an engine that does not say what sounds; the clock is not read where nothing depends on it.
        const pause = alert.signal === undefined ? bed.patient.value.pause : undefined;
        if (isAudible(alert, pause, pause === undefined ? 0 : watch.now.value)) {
          wanted = higher(wanted, alert.priority);
        }
      }
    }
    return wanted;
  });
}
