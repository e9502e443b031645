import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { Station } from '@vitalwire/device-simulator/station/station.ts';
import type { Target } from './deployment.ts';

export interface StationEvents {
  vitals(patientId: string, measuredAtMs: number): void;
  /** `onsetMs`: event time of the crossing's first sample. */
  alertRaised(patientId: string, onsetMs: number): void;
}

const SNAPSHOT_WITHIN_MS = 30_000;

/** A nurse station of the load tester's; resolves once the first snapshot is there. What breaks a promise ends the measurement. */
export async function watch(deployment: Target, events: StationEvents): Promise<{ close(): void }> {
  const { httpUrl: api, staffToken: token } = deployment;
  const station = new Station(
    { api, token, regions: undefined, isSlow: false, clock: systemClock },
    {
      onVitals: (patientId, measuredAtMs) => events.vitals(patientId, measuredAtMs),
      onAlert({ event, patient_id: patientId, onset }) {
        if (event === 'raised') events.alertRaised(patientId, Date.parse(onset));
      },
      onBroken(what) {
        throw new Error(what);
      },
    },
  );
  if (!(await station.open(SNAPSHOT_WITHIN_MS))) throw new Error('the station was sent no snapshot');
  return { close: () => station.close() };
}
