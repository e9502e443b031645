/** A vital's limits in a few letters: the mildest, those that alarm first. */
import type { VitalLimits } from '../feed/patient.ts';

/** `50–120`, `≥ 90`, `≤ 40`; empty where there is none. */
export function limitsText(limits: VitalLimits | undefined): string {
  const low = limits?.low[0]?.limit;
  const high = limits?.high[0]?.limit;
  if (low !== undefined && high !== undefined) return `${low}–${high}`;
  if (low !== undefined) return `≥ ${low}`;
  return high === undefined ? '' : `≤ ${high}`;
}
