import { randomBytes } from 'node:crypto';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import type { ConnectTransport } from '../device/transport.ts';
import { NO_FAULT, type DeviceFault } from './device-fault.ts';
import type { FaultName } from './faults.ts';
import { artefacts, leadOff, stuck } from './faulty-sources.ts';

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
