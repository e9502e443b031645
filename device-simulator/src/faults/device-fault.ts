import type { BedsideDevice } from '../device/bedside-device.ts';
import type { ConnectTransport } from '../device/transport.ts';
import type { VitalsSource } from '../signals/vitals-source.ts';

/** What is wrong with one device, and what may come of it: the ledger holds the deployment to the second. */
export interface DeviceFault {
  readonly temperatureUnit: 'F' | 'C';
  /** Its token is wrong: it must never be let in. */
  readonly refused: boolean;
  /** Unacknowledged for so long, and the device takes its connection for dead; undefined for the usual. */
  readonly ackTimeoutMs: number | undefined;
  /** Its clock goes back now and then. */
  readonly clockJumps: boolean;
  source(source: VitalsSource): VitalsSource;
  connect(connect: ConnectTransport): ConnectTransport;
  /** What its clock is ahead, `sinceStartMs` into the run. */
  clockOffsetMs(sinceStartMs: number): number;
  beforeTake(device: BedsideDevice, sinceStartMs: number): void;
  afterTake(device: BedsideDevice, sinceStartMs: number): void;
}

export const NO_FAULT: DeviceFault = {
  temperatureUnit: 'F',
  refused: false,
  ackTimeoutMs: undefined,
  clockJumps: false,
  source: (source) => source,
  connect: (connect) => connect,
  clockOffsetMs: () => 0,
  beforeTake: () => {},
  afterTake: () => {},
};
