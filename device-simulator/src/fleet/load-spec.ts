/** A load as plain data, so that worker threads can be given their part of it and a ledger can keep it. */
import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import type { Backoff } from '../device/link.ts';
import type { FaultName } from '../faults/faults.ts';
import type { Segment } from '../load/schedule.ts';
import type { Scenario } from '../scenarios/scenario.ts';

export const CLIENTS = ['lean', 'mqttjs'] as const;
export type ClientName = (typeof CLIENTS)[number];

export type PatientSpec =
  | {
      readonly kind: 'synthetic';
      readonly seed: number;
      /** A key of `LoadSpec.scenarios`. */
      readonly scenario: string;
      readonly courseStartS: number;
    }
  | { readonly kind: 'recording'; readonly directory: string; readonly name: string };

export interface DeviceSpec {
  /** Its place in the fleet, from 0. */
  readonly index: number;
  readonly deviceId: string;
  readonly region: string;
  readonly token: string;
  readonly patientId: string;
  readonly patient: PatientSpec;
  readonly fault: FaultName | undefined;
}

export interface LoadSpec {
  readonly devices: readonly DeviceSpec[];
  readonly fleetSize: number;
  readonly scenarios: Readonly<Record<string, Scenario>>;
  readonly url: string;
  readonly client: ClientName;
  readonly mode: Mode;
  readonly bootId: number;
  readonly segments: readonly Segment[];
  readonly window: number | undefined;
  readonly patientStartS: number;
  readonly patientStepS: number | undefined;
  readonly seed: number;
  readonly backoff: Backoff;
  readonly heldMax: number;
  readonly connectsPerS: number;
  /** The alarm settings (YAML) by which crossings are foretold; undefined foretells none. */
  readonly alarms: string | undefined;
  /** Whether readings are written down. */
  readonly keepsLedger: boolean;
}
