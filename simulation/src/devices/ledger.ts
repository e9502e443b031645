import type { Reading } from '@vitalwire/core/vitals/reading.ts';

/** What a device really measured, and what it was promised about it. */
export interface Measured {
  readonly reading: Reading;
  /** True time of the measurement. */
  readonly trueAtMs: number;
  /** A PUBACK came back to the device. */
  acknowledged: boolean;
  /** The device was started anew since: what it says of its clock then is of another life. */
  lifeEndedAtMs: number;
}

export const keyOf = (reading: Pick<Reading, 'deviceId' | 'bootId' | 'sequence'>): string =>
  `${reading.deviceId}|${reading.bootId}|${reading.sequence}`;

/** Everything every device measured, by (device, boot, sequence). The simulation's truth. */
export type Ledger = Map<string, Measured>;
