import { ACCOUNTS } from '../faults/faults.ts';
import { Account } from './account.ts';

/** Crossings that must alert and that no station was shown yet. */
export function unseenCrossings({ crossings, devices }: Account): number {
  let unseen = 0;
  for (const { device, seenAtMs, onsetMs, completedMs } of crossings.values()) {
    const account = devices[device];
    if (seenAtMs !== undefined || !account || !Account.judges(account)) continue;
    if (!Account.isDoubtful(account, onsetMs, completedMs)) unseen++;
  }
  return unseen;
}

/**
 * Patients whose newest acknowledged reading is not shown, a line each: conflation may skip readings, but never the last. `newestOf` answers
 * what is shown, Unix ms; undefined where nothing is watching.
 */
export function stalePatients(
  { devices }: Account,
  newestOf: (patientId: string) => number | undefined,
): string[] {
  return devices.flatMap((device) => {
    const { spec, lastMeasuredMs, boots } = device;
    const { made, acknowledged } = Account.sums(device);
    const measuresNow = (boots.at(-1)?.made ?? 0) > 0;
    const isJudged = spec.fault === undefined || ACCOUNTS[spec.fault].alerts === 'required';
    if (!measuresNow || made !== acknowledged || !isJudged) return [];
    const newestMs = newestOf(spec.patient_id);
    if (newestMs === undefined || newestMs >= lastMeasuredMs) return [];
    // Shown nothing at all, it would be behind by the age of the epoch.
    if (newestMs <= 0) return [`a station shows nothing of ${spec.patient_id}`];
    const behindMs = lastMeasuredMs - newestMs;
    return [`a station shows ${spec.patient_id} as of ${behindMs} ms before the newest acknowledged reading`];
  });
}
