/** PUBLISH packets that are made once and only patched: message id, sequence and time stand at fixed places. */
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { REGION } from '../deployment.ts';
import { RESTING } from '../embedded.ts';

/** From here to 2^28 a varint takes four bytes; a sequence may begin where it likes. */
const FIRST_SEQUENCE = 2 ** 21;
const SEQUENCE_BYTES = 4;
/** Of Unix milliseconds between 2004 and 2109. */
const TIME_BYTES = 6;
const SEQUENCE_TAG = 0x28;
const TIME_TAG = 0x30;
const BATCH_TAG = 0x0a;

export interface PatchedPublish {
  /** One packet of the device. */
  readonly bytes: Buffer;
  /** Writes the packet at `at` of `target`, which has room. `nth` counts the device's messages from 0. */
  write(target: Buffer, at: number, nth: number, messageId: number): void;
}

export interface PublishOptions {
  readonly deviceId: string;
  readonly patientId: string;
  /** 1: live readings; more: each message is a backfill of so many. */
  readonly readingsPerMessage: number;
  readonly firstAtMs: number;
  readonly stepMs: number;
}

export function patchedPublish(options: PublishOptions): PatchedPublish {
  const { deviceId, patientId, readingsPerMessage: count, firstAtMs, stepMs } = options;
  const one = encodeReading({
    deviceId,
    patientId,
    region: REGION,
    bootId: 1,
    sequence: FIRST_SEQUENCE,
    measuredAtMs: firstAtMs,
    mode: 'real',
    vitals: { ...noVitals(), ...RESTING },
    validity: NO_MARKS,
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
  });
  const sequenceIn = placeOf(one, SEQUENCE_TAG);
  const timeIn = placeOf(one, TIME_TAG);
  const isBatch = count > 1;
  const framed = isBatch ? Buffer.concat([Buffer.from([BATCH_TAG, ...lengthBytes(one.length)]), one]) : one;
  const payload = Buffer.concat(Array<Uint8Array>(count).fill(framed));
  const topic = Buffer.from(`vitals/v1/${REGION}/${deviceId}/${isBatch ? 'backfill' : 'readings'}`);
  const head = Buffer.from([0x32, ...lengthBytes(2 + topic.length + 2 + payload.length)]);
  const bytes = Buffer.concat([
    head,
    Buffer.from([topic.length >> 8, topic.length & 0xff]),
    topic,
    Buffer.alloc(2),
    payload,
  ]);
  const idAt = bytes.length - payload.length - 2;
  const firstAt = bytes.length - payload.length + framed.length - one.length;
  return {
    bytes,
    write(target, at, nth, messageId) {
      bytes.copy(target, at);
      target[at + idAt] = messageId >> 8;
      target[at + idAt + 1] = messageId & 0xff;
      for (let i = 0; i < count; i++) {
        const reading = nth * count + i;
        const readingAt = at + firstAt + i * framed.length;
        writeVarint(target, readingAt + sequenceIn, FIRST_SEQUENCE + reading, SEQUENCE_BYTES);
        writeVarint(target, readingAt + timeIn, firstAtMs + reading * stepMs, TIME_BYTES);
      }
    },
  };
}

/** Where the value behind a tag of the message begins. */
function placeOf(message: Uint8Array, wanted: number): number {
  for (let at = 0; at < message.length;) {
    const tag = message[at++] as number;
    if (tag === wanted) return at;
    if ((tag & 7) === 5) at += 4;
    else if ((tag & 7) === 2) at += 1 + (message[at] as number);
    else while ((message[at++] as number) >= 0x80);
  }
  throw new Error(`no field with tag ${wanted}`);
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function writeVarint(target: Buffer, at: number, value: number, size: number): void {
  let rest = value;
  for (let i = 0; i < size; i++) {
    const low = rest % 128;
    target[at + i] = i === size - 1 ? low : low | 0x80;
    rest = (rest - low) / 128;
  }
}
