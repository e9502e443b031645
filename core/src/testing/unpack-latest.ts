import { latestOf, type LatestVital, type LatestVitals } from '../vitals/latest.ts';
import { VITALS, type VitalName } from '../vitals/vital.ts';

/** By name, what was measured. */
export function unpackLatest(latest: LatestVitals): Partial<Record<VitalName, LatestVital>> {
  const vitals: Partial<Record<VitalName, LatestVital>> = {};
  for (const [index, name] of VITALS.entries()) {
    const vital = latestOf(latest, index);
    if (vital) vitals[name] = vital;
  }
  return vitals;
}
