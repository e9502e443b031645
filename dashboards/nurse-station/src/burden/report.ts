/** The alarm-burden report of the API: what the alarms of a time asked of the people on the ward. */
import type { Priority } from '../feed/patient.ts';

export interface BurdenReport {
  readonly from: string;
  readonly to: string;
  readonly beds: number;
  readonly total: number;
  readonly per_bed_day: number;
  /** Ended or closed with nobody having acknowledged them. */
  readonly cleared_unattended: { readonly count: number; readonly share: number };
  /** Nobody acknowledged them in time, so the next in the chain was told. */
  readonly escalated: { readonly count: number; readonly share: number };
  /** Seconds; null where nothing was acknowledged. */
  readonly time_to_acknowledge_s: {
    readonly median: number;
    readonly p90: number;
    readonly mean: number;
    readonly count: number;
  } | null;
  readonly by_type: readonly { readonly type: string; readonly count: number }[];
  readonly by_priority: readonly { readonly priority: Priority; readonly count: number }[];
  /** Hour of the day, 0 to 23, in UTC. */
  readonly by_hour: readonly { readonly hour: number; readonly count: number }[];
  /** Most alarms first. */
  readonly by_bed: readonly {
    readonly patient_id: string;
    readonly bed?: string | null;
    readonly count: number;
  }[];
}
