import { randomBytes } from 'node:crypto';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import type { ConnectTransport } from '../device/transport.ts';
import type { Measurement, VitalsSource } from '../signals/vitals-source.ts';
import { NO_FAULT, type DeviceFault } from './device-fault.ts';

/** What the ledger may ask of a device with the fault. */
export interface FaultAccount {
  readonly description: string;
  /**
   * Where its readings must be found: `exact` at the moment the device stamped, `near` at that moment or the one a corrected clock would have
   * given, `nowhere` because it must not be let in.
   */
  readonly moments: 'exact' | 'near' | 'nowhere';
  /** `required`: crossings must alert as of any device. `unjudged`: an alert is neither demanded nor unexplained. */
  readonly alerts: 'required' | 'unjudged';
  /** Technical alerts that it explains. */
  readonly explains: readonly string[];
  /** Technical alerts that it must bring, given half a minute. */
  readonly demands: readonly string[];
}

export const FAULTS = [
  'lead-off',
  'artefact',
  'stuck',
  'celsius',
  'clock-skew',
  'clock-drift',
  'clock-jump',
  'duplicates',
  'disorder',
  'offline',
  'half-open',
  'abrupt-loss',
  'garbage',
  'wrong-credentials',
  'wrong-topic',
] as const;
export type FaultName = (typeof FAULTS)[number];

const GONE = ['signal_lost', 'device_offline', 'feed_late'] as const;
const CLOCK = ['clock_wrong', 'feed_late', 'signal_lost'] as const;

const as = (
  description: string,
  moments: FaultAccount['moments'],
  alerts: FaultAccount['alerts'],
  explains: readonly string[] = [],
  demands: readonly string[] = [],
): FaultAccount => ({ description, moments, alerts, explains, demands });

export const ACCOUNTS: Readonly<Record<FaultName, FaultAccount>> = {
  'lead-off': as(
    'the SpO2 probe is off for 20 s of each 40: a technical alert must come',
    'exact',
    'unjudged',
    ['lead_off'],
    ['lead_off'],
  ),
  artefact: as(
    '3 s of each 20 read heart rate 250 and SpO2 40, marked as artefact: no alert may come',
    'exact',
    'required',
  ),
  stuck: as('values freeze after 10 s: plausible, stored, no alert', 'exact', 'required'),
  celsius: as('temperature is sent in Celsius: stored in Fahrenheit, no alert', 'exact', 'required'),
  'clock-skew': as("the device's clock is 24 min slow", 'near', 'unjudged', CLOCK),
  'clock-drift': as("the device's clock loses 5 ms a second", 'near', 'unjudged', CLOCK),
  'clock-jump': as("the device's clock goes back by 10 min, 10 s into the run", 'near', 'unjudged', CLOCK),
  duplicates: as('every third reading is sent twice: no effect twice', 'exact', 'required'),
  disorder: as('every fifth reading is sent after the next', 'exact', 'unjudged'),
  offline: as(
    'without network for 8 s of each 25: everything comes as a backfill, no alert for the past',
    'exact',
    'unjudged',
    GONE,
  ),
  'half-open': as(
    'the connection dies without a word every 20 s; resent after 4 s without PUBACK',
    'exact',
    'unjudged',
    GONE,
  ),
  'abrupt-loss': as(
    'the socket is cut every 10 s: the will goes out, nothing is lost',
    'exact',
    'unjudged',
    GONE,
  ),
  garbage: as(
    'random bytes between the readings: rejected, and nothing behind them held up',
    'exact',
    'required',
  ),
  'wrong-credentials': as(
    'its token is not one of the deployment: it must not be let in',
    'nowhere',
    'unjudged',
    GONE,
  ),
  'wrong-topic': as(
    "publishes on another bed's topic every 8 s: must leave no trace there",
    'exact',
    'required',
  ),
};

/** Once a period, with the first after `firstMs`. */
function every(periodMs: number, firstMs: number): (sinceStartMs: number) => boolean {
  let nextMs = firstMs;
  return (sinceStartMs) => {
    if (sinceStartMs < nextMs) return false;
    nextMs = sinceStartMs + periodMs;
    return true;
  };
}

export interface FaultSurroundings {
  /** A topic of another bed. */
  readonly foreign: {
    readonly topic: string;
    readonly deviceId: string;
    readonly patientId: string;
    readonly region: string;
  };
  /** Wall clock, Unix ms. */
  readonly now: () => number;
}

/** A fault of its own for each device: it has a state. */
export function createFault(name: FaultName, around: FaultSurroundings): DeviceFault {
  switch (name) {
    case 'lead-off':
      return { ...NO_FAULT, source: (source) => leadOff(source) };
    case 'artefact':
      return { ...NO_FAULT, source: (source) => artefacts(source) };
    case 'stuck':
      return { ...NO_FAULT, source: (source) => stuck(source) };
    case 'celsius':
      return { ...NO_FAULT, temperatureUnit: 'C' };
    case 'clock-skew':
      return { ...NO_FAULT, clockOffsetMs: () => -24 * 60_000 };
    case 'clock-drift':
      return { ...NO_FAULT, clockOffsetMs: (sinceStartMs) => -Math.round(sinceStartMs * 0.005) };
    case 'clock-jump':
      return {
        ...NO_FAULT,
        clockJumps: true,
        clockOffsetMs: (sinceStartMs) => (sinceStartMs < 10_000 ? 0 : -600_000),
      };
    case 'duplicates': {
      let n = 0;
      return { ...NO_FAULT, afterTake: (device) => void (n++ % 3 === 0 && device.repeatLast()) };
    }
    case 'disorder': {
      let n = 0;
      return { ...NO_FAULT, beforeTake: (device) => void (n++ % 5 === 3 && device.delayNext()) };
    }
    case 'offline': {
      const isDue = every(25_000, 5_000);
      return { ...NO_FAULT, afterTake: (device, ms) => void (isDue(ms) && device.goOffline(8_000)) };
    }
    case 'half-open': {
      const { connect, freeze } = freezing();
      const isDue = every(20_000, 5_000);
      return {
        ...NO_FAULT,
        ackTimeoutMs: 4_000,
        connect,
        afterTake: (_, ms) => void (isDue(ms) && freeze()),
      };
    }
    case 'abrupt-loss': {
      const isDue = every(10_000, 3_000);
      return { ...NO_FAULT, afterTake: (device, ms) => void (isDue(ms) && device.cut()) };
    }
    case 'garbage': {
      let n = 0;
      return {
        ...NO_FAULT,
        afterTake: (device) => void (n++ % 2 === 0 && device.publishOnReadings(garbage())),
      };
    }
    case 'wrong-topic': {
      // Ten in a minute would be refused for five minutes: a promise of its own, and the end of this device's readings.
      const isDue = every(8_000, 1_000);
      return {
        ...NO_FAULT,
        afterTake(device, ms) {
          if (isDue(ms)) device.publishBeside(around.foreign.topic, foreignReading(around));
        },
      };
    }
    case 'wrong-credentials':
    default:
      return { ...NO_FAULT, refused: true };
  }
}

/** Never protobuf: field number 0 is not allowed. */
const garbage = (): Uint8Array => Buffer.concat([Buffer.from([0x00, 0x00]), randomBytes(40)]);

function foreignReading({ foreign, now }: FaultSurroundings): Uint8Array {
  return encodeReading({
    deviceId: foreign.deviceId,
    patientId: foreign.patientId,
    region: foreign.region,
    bootId: 1,
    sequence: 1,
    measuredAtMs: now(),
    mode: 'test',
    vitals: { ...noVitals(), heartbeat: 1 },
    validity: {},
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
  });
}

/** Source time counts from the patient's first measurement. */
function changed(
  source: VitalsSource,
  change: (measurement: Measurement, passedS: number) => Measurement,
): VitalsSource {
  let firstS: number | undefined;
  return {
    measure(atS) {
      firstS ??= atS;
      const measurement = source.measure(atS);
      return measurement && change(measurement, atS - firstS);
    },
  };
}

function leadOff(source: VitalsSource): VitalsSource {
  return changed(source, (measurement, passedS) =>
    passedS % 40 >= 5 && passedS % 40 < 25
      ? {
          vitals: { ...measurement.vitals, oxygen_saturation: undefined },
          validity: { oxygen_saturation: 'not_available' },
        }
      : measurement,
  );
}

function artefacts(source: VitalsSource): VitalsSource {
  return changed(source, (measurement, passedS) =>
    passedS % 20 >= 4 && passedS % 20 < 7
      ? {
          vitals: { ...measurement.vitals, heartbeat: 250, oxygen_saturation: 40 },
          validity: { heartbeat: 'invalid', oxygen_saturation: 'invalid' },
        }
      : measurement,
  );
}

function stuck(source: VitalsSource): VitalsSource {
  const last: Partial<Record<VitalName, number>> = {};
  return changed(source, (measurement, passedS) => {
    const vitals = { ...measurement.vitals };
    for (const name of ['heartbeat', 'oxygen_saturation', 'respiratory_rate'] as const) {
      const value = vitals[name];
      if (passedS >= 10) vitals[name] = last[name] ?? value;
      else if (value !== undefined) last[name] = value;
    }
    return { ...measurement, vitals };
  });
}

/** Connections that can be frozen: nothing goes out and nothing comes in, and neither end is told. */
function freezing(): { connect: (connect: ConnectTransport) => ConnectTransport; freeze: () => void } {
  let current: { isFrozen: boolean } = { isFrozen: false };
  return {
    freeze: () => (current.isFrozen = true),
    connect: (connect) => (options, events) => {
      const state = { isFrozen: false };
      current = state;
      const inner = connect(options, events);
      return {
        publish(message, onAcknowledged) {
          if (state.isFrozen) return;
          inner.publish(message, (refusal) => {
            if (!state.isFrozen) onAcknowledged(refusal);
          });
        },
        end: () => inner.end(),
        drop: () => inner.drop(),
      };
    },
  };
}
