import { describe, expect, it } from 'vitest';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { Outbox, LIVE_WITHIN_MS, type Entry } from './outbox.ts';

const entry = (sequence: number, intendedMs = 0): Entry => ({
  reading: {
    deviceId: 'D',
    patientId: 'P',
    region: 'R',
    bootId: 1,
    sequence,
    measuredAtMs: 0,
    mode: 'test',
    vitals: noVitals(),
    validity: NO_MARKS,
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
  },
  intendedMs,
  attempts: 0,
  wasOvertaken: false,
});
const numbers = (entries: readonly Entry[] | undefined): number[] | undefined =>
  entries?.map(({ reading }) => reading.sequence);

describe('Outbox', () => {
  it('holds again, in order, what a lost connection had not acknowledged', () => {
    const outbox = new Outbox({ inFlightMax: 10, heldMax: 10 });
    const [a, b, c, d] = [entry(1), entry(2), entry(3), entry(4)];
    outbox.hold(a);
    outbox.beginBatch(0);
    for (const live of [b, c]) outbox.sent(live, 0);
    outbox.hold(d);
    expect(outbox.acknowledged(b)).toBe(true);
    outbox.connectionLost();
    expect(outbox.acknowledged(c)).toBe(false);
    expect(numbers(outbox.beginBatch(0))).toEqual([1, 3, 4]);
  });

  it('sends live what is young, and what is older as a backfill before it', () => {
    const outbox = new Outbox({ inFlightMax: 10, heldMax: 10 });
    const old = entry(1, 0);
    const young = entry(2, 5_000);
    for (const live of [old, young]) outbox.sent(live, 0);
    outbox.hold(entry(3, 6_000));
    outbox.connectionLost();
    const live = outbox.takeYoung(LIVE_WITHIN_MS + 1);
    expect(numbers(live)).toEqual([2, 3]);
    const batch = outbox.beginBatch(0);
    expect(numbers(batch)).toEqual([1]);
    for (const sent of live) outbox.sent(sent, 0);
    expect([...batch!, ...live].some(({ wasOvertaken }) => wasOvertaken)).toBe(false);
  });

  it('takes no more that is young than there is room for, and knows what was overtaken', () => {
    const outbox = new Outbox({ inFlightMax: 2, heldMax: 10 });
    for (const sequence of [1, 2, 3]) outbox.hold(entry(sequence));
    const live = outbox.takeYoung(0);
    expect(numbers(live)).toEqual([1, 2]);
    for (const sent of live) outbox.sent(sent, 0);
    outbox.acknowledged(live[0]!);
    outbox.sent(entry(4), 0);
    expect(outbox.beginBatch(0)).toMatchObject([{ reading: { sequence: 3 }, wasOvertaken: true }]);
    outbox.connectionLost();
    const again = outbox.beginBatch(0)!;
    expect(numbers(again)).toEqual([2, 3, 4]);
    expect(again.some(({ wasOvertaken }) => wasOvertaken)).toBe(false);
  });

  it('has one batch of at most 500 in flight, which takes no room from live readings', () => {
    const outbox = new Outbox({ inFlightMax: 1, heldMax: 1_000 });
    for (let sequence = 1; sequence <= 501; sequence++) outbox.hold(entry(sequence));
    expect(outbox.beginBatch(0)).toHaveLength(500);
    expect(outbox.hasRoomInFlight).toBe(true);
    expect(outbox.beginBatch(0)).toBeUndefined();
    expect(outbox.batchAcknowledged()).toHaveLength(500);
    expect(numbers(outbox.beginBatch(0))).toEqual([501]);
  });

  it('is bounded: the oldest held is given up, one at a time or all that a lost connection brings', () => {
    const outbox = new Outbox({ inFlightMax: 3, heldMax: 2 });
    expect(outbox.hold(entry(4))).toBeUndefined();
    expect(outbox.hold(entry(5))).toBeUndefined();
    expect(outbox.hold(entry(6))?.reading.sequence).toBe(4);
    for (const sequence of [1, 2, 3]) outbox.sent(entry(sequence), 0);
    expect(outbox.hasRoomInFlight).toBe(false);
    expect(numbers(outbox.connectionLost())).toEqual([1, 2, 3]);
    expect(outbox.size).toBe(2);
  });

  it('knows since when the longest waits', () => {
    const outbox = new Outbox({ inFlightMax: 3, heldMax: 2 });
    expect(outbox.oldestSentMs).toBeUndefined();
    outbox.sent(entry(2), 20);
    expect(outbox.oldestSentMs).toBe(20);
    outbox.hold(entry(1));
    outbox.beginBatch(10);
    expect(outbox.oldestSentMs).toBe(10);
  });
});
