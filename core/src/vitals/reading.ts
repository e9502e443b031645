import type { Validity } from './quality.ts';
import type { VitalName, VitalValues } from './vital.ts';

/** Test and demo readings travel the whole pipeline and are shown as such; they page nobody and enter no regional statistic. */
export type Mode = 'real' | 'test' | 'demo';

export type Consciousness = 'unknown' | 'alert' | 'new_confusion' | 'voice' | 'pain' | 'unresponsive';

/** One measurement of one device, decoded: units are the data model's (temperature in °F), times Unix ms, UTC. */
export interface Reading {
  readonly deviceId: string;
  readonly patientId: string;
  readonly region: string;
  /** Differs between two power-ups of one device. */
  readonly bootId: number;
  /** Counts readings from 1 within one boot; (deviceId, bootId, sequence) names a reading for ever. */
  readonly sequence: number;
  /** By the device's own clock. */
  readonly measuredAtMs: number;
  readonly mode: Mode;
  readonly vitals: VitalValues;
  /** Only vitals whose measurement is not plainly valid are listed; `NO_MARKS` when there is none. */
  readonly validity: Readonly<Partial<Record<VitalName, Validity>>>;
  readonly supplementalOxygen: boolean | undefined;
  readonly consciousness: Consciousness;
  /** 0..100 */
  readonly batteryPercent: number | undefined;
}

/** Shared by every reading without a quality mark, so that the common case allocates nothing. */
export const NO_MARKS: Readonly<Partial<Record<VitalName, Validity>>> = Object.freeze({});

export function validityOf(reading: Reading, vital: VitalName): Validity {
  return reading.validity[vital] ?? 'valid';
}

export interface DeviceStatus {
  readonly deviceId: string;
  /** Empty while no patient is associated. */
  readonly patientId: string;
  readonly region: string;
  readonly bootId: number;
  readonly state: 'born' | 'dead';
  /** The device's clock at the moment of sending. */
  readonly deviceTimeMs: number;
  readonly model: string;
  readonly firmware: string;
  readonly batteryPercent: number | undefined;
}
