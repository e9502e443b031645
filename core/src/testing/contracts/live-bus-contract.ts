import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DevicePresence, LiveBus, LiveListener, LiveVitals, Pulse } from '../../ports/live-bus.ts';
import { systemClock } from '../../runtime/clock.ts';
import { latestOf, packLatest } from '../../vitals/latest.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';

const heartbeatOf = ({ vitals }: LiveVitals): number | undefined => latestOf(vitals, 0)?.value;

/** One adapter on one engine, for one test. */
export interface LiveBusHarness {
  readonly bus: LiveBus;
  /** The bus of another process on the same engine; the same object where an engine allows one only. Closed by `close`. */
  peer(): Promise<LiveBus>;
  /** Lets pass as long as vitals are kept (300 s, or what the harness set the adapter to). */
  outlive(): Promise<void>;
  close(): Promise<void>;
}

class Listening implements LiveListener {
  readonly seenVitals: LiveVitals[] = [];
  readonly seenPresence: DevicePresence[] = [];
  readonly seenPulses: Pulse[] = [];

  vitals(updates: readonly LiveVitals[]): void {
    this.seenVitals.push(...updates);
  }

  presence(presence: DevicePresence): void {
    this.seenPresence.push(presence);
  }

  pulse(pulse: Pulse): void {
    this.seenPulses.push(pulse);
  }

  vitalsOf(...patients: string[]): LiveVitals[] {
    return this.seenVitals.filter(({ patientId }) => patients.includes(patientId));
  }
}

/** Registers a test for every promise of `LiveBus`. */
export function liveBusContract(engine: string, makeHarness: () => Promise<LiveBusHarness>): void {
  describe(`LiveBus on ${engine}`, () => {
    let harness: LiveBusHarness;
    let patient: string;
    let nowMs: number;
    beforeEach(async () => {
      harness = await makeHarness();
      patient = freshName('P');
      nowMs = systemClock.now();
    });
    afterEach(() => harness.close());

    const vitals = (heartbeat: number, changes: Partial<LiveVitals> = {}): LiveVitals => ({
      patientId: patient,
      region: 'Northeast',
      deviceId: 'D1',
      mode: 'real',
      measuredAtMs: nowMs,
      vitals: packLatest({
        heartbeat: { value: heartbeat, measuredAtMs: nowMs, validity: 'valid' },
        temperature: { value: 98.6, measuredAtMs: nowMs - 5000, validity: 'questionable' },
      }),
      pending: [{ type: 'high_heartrate', priority: 'medium', sinceMs: nowMs - 3000, dueMs: nowMs + 7000 }],
      ...changes,
    });
    const presence = (deviceId: string, changes: Partial<DevicePresence> = {}): DevicePresence => ({
      deviceId,
      patientId: patient,
      region: 'Northeast',
      state: 'born',
      bootId: 7,
      atMs: nowMs,
      batteryPercent: 80,
      ...changes,
    });

    describe('vitals', () => {
      it('has the newest of each patient named, and leaves out who has none', async () => {
        const other = vitals(60, { patientId: freshName('P'), pending: [], vitals: packLatest({}) });
        await harness.bus.publishVitals([vitals(70), other]);
        await harness.bus.publishVitals([vitals(71, { measuredAtMs: nowMs + 1000 })]);
        await harness.bus.publishVitals([]);
        expect(await harness.bus.latestVitals([patient, freshName('P')])).toEqual([
          vitals(71, { measuredAtMs: nowMs + 1000 }),
        ]);
        expect(await harness.bus.latestVitals([])).toEqual([]);
        const all = await (await harness.peer()).allLatestVitals();
        const mine = all.filter((latest) => [patient, other.patientId].includes(latest.patientId));
        expect(mine).toHaveLength(2);
        expect(mine).toEqual(expect.arrayContaining([other]));
      });

      it('is not changed by older ones, and is replaced by those of the same moment', async () => {
        await harness.bus.publishVitals([vitals(70)]);
        await harness.bus.publishVitals([vitals(50, { measuredAtMs: nowMs - 1 })]);
        expect(await harness.bus.latestVitals([patient])).toEqual([vitals(70)]);
        await harness.bus.publishVitals([vitals(71, { pending: [] })]);
        expect(await harness.bus.latestVitals([patient])).toEqual([vitals(71, { pending: [] })]);
      });

      it('changes nothing of what was read or told before', async () => {
        const there = new Listening();
        await harness.bus.subscribe(there);
        await harness.bus.publishVitals([vitals(70)]);
        await eventually(() => expect(there.vitalsOf(patient)).toHaveLength(1));
        const [read] = await harness.bus.latestVitals([patient]);
        await harness.bus.publishVitals([vitals(71, { measuredAtMs: nowMs + 1000, pending: [] })]);
        await eventually(() => expect(there.vitalsOf(patient)).toHaveLength(2));
        expect(read).toEqual(vitals(70));
        expect(there.vitalsOf(patient)[0]).toEqual(vitals(70));
      });

      it('takes and tells of a whole ward at once, but for who is older', async () => {
        const ids = Array.from({ length: 150 }, (_, i) => `${patient}-${i}`);
        const ward = ids.map((patientId, i) => vitals(60 + (i % 40), { patientId, pending: [] }));
        const there = new Listening();
        await (await harness.peer()).subscribe(there);
        await harness.bus.publishVitals([vitals(99, { patientId: ids[70]!, measuredAtMs: nowMs + 1000 })]);
        await harness.bus.publishVitals(ward);
        const kept = await harness.bus.latestVitals(ids);
        expect(kept.map((live) => heartbeatOf(live))).toEqual(
          ward.map((live, i) => (i === 70 ? 99 : heartbeatOf(live))),
        );
        await eventually(() => expect(there.vitalsOf(...ids)).toHaveLength(1 + 149));
        const told = ward.filter(({ patientId }) => patientId !== ids[70]);
        expect(there.vitalsOf(...ids)).toEqual(expect.arrayContaining(told));
      });

      it('is forgotten when its time is over', async () => {
        await harness.bus.publishVitals([vitals(70)]);
        await harness.outlive();
        expect(await harness.bus.latestVitals([patient])).toEqual([]);
        const all = await harness.bus.allLatestVitals();
        expect(all.map(({ patientId }) => patientId)).not.toContain(patient);
        await harness.bus.publishVitals([vitals(60, { measuredAtMs: nowMs - 1000 })]);
        expect(await harness.bus.latestVitals([patient])).toHaveLength(1);
      });
    });

    it('carries the score, or why there is none', async () => {
      const scored = vitals(70, { score: { score: 6, level: 'medium', partial: true } });
      const other = vitals(120, {
        patientId: freshName('P'),
        scoreExclusion: 'NEWS2 is not for patients under 16',
      });
      const there = new Listening();
      await (await harness.peer()).subscribe(there);
      await harness.bus.publishVitals([scored, other]);
      expect(await harness.bus.latestVitals([patient, other.patientId])).toEqual([scored, other]);
      await eventually(() => expect(there.vitalsOf(patient, other.patientId)).toEqual([scored, other]));
    });

    describe('presence', () => {
      it('keeps the last of each device, without end', async () => {
        const [first, second] = [freshName('D'), freshName('D')];
        await harness.bus.publishPresence(presence(first));
        await harness.bus.publishPresence(presence(second, { batteryPercent: undefined, patientId: '' }));
        await harness.bus.publishPresence(presence(first, { state: 'lost', atMs: nowMs + 1, gateway: 'G1' }));
        await harness.outlive();
        const all = await (await harness.peer()).presence();
        const mine = all.filter(({ deviceId }) => deviceId === first || deviceId === second);
        expect(mine).toHaveLength(2);
        expect(mine).toEqual(
          expect.arrayContaining([
            presence(first, { state: 'lost', atMs: nowMs + 1, gateway: 'G1' }),
            presence(second, { batteryPercent: undefined, patientId: '' }),
          ]),
        );
      });
    });

    describe('subscribe', () => {
      it('tells everyone, in every process, what is published from then on', async () => {
        await harness.bus.publishVitals([vitals(69)]);
        const peer = await harness.peer();
        const listeners = [new Listening(), new Listening()];
        await harness.bus.subscribe(listeners[0] ?? new Listening());
        await peer.subscribe(listeners[1] ?? new Listening());
        const device = freshName('D');
        const rolling = { endMs: nowMs, count: 3, min: 58, max: 62, mean: 60.25, standardDeviation: 1.5 };
        const other = vitals(60, {
          patientId: freshName('P'),
          rolling: { heartbeat: { '1m': { ...rolling, slopePerMinute: -0.5 } } },
        });
        await harness.bus.publishVitals([vitals(70), other]);
        await peer.publishVitals([vitals(71, { measuredAtMs: nowMs + 1000 })]);
        await peer.publishPresence(presence(device));
        const pulse: Pulse = { partition: 3, atMs: nowMs + 12_345, lagRecords: 17 };
        await harness.bus.publishPulse(pulse);
        for (const listener of listeners) {
          await eventually(() => {
            expect(listener.vitalsOf(patient)).toHaveLength(2);
            expect(listener.vitalsOf(patient)).toEqual(
              expect.arrayContaining([vitals(70), vitals(71, { measuredAtMs: nowMs + 1000 })]),
            );
            expect(listener.vitalsOf(other.patientId)).toEqual([other]);
            expect(listener.seenPresence).toContainEqual(presence(device));
            expect(listener.seenPulses).toContainEqual(pulse);
          });
        }
      });

      it('says nothing of older vitals, and nothing after the end of the subscription', async () => {
        const gone = new Listening();
        const subscribed = await harness.bus.subscribe(gone);
        const there = new Listening();
        await harness.bus.subscribe(there);
        await subscribed.unsubscribe();
        await subscribed.unsubscribe();
        await harness.bus.publishVitals([vitals(70)]);
        await harness.bus.publishVitals([vitals(50, { measuredAtMs: nowMs - 1 })]);
        await harness.bus.publishVitals([vitals(71, { measuredAtMs: nowMs + 1 })]);
        await eventually(() => expect(there.vitalsOf(patient)).toHaveLength(2));
        expect(there.vitalsOf(patient).map((update) => heartbeatOf(update))).toEqual([70, 71]);
        expect(gone.vitalsOf(patient)).toEqual([]);
      });
    });

    it('answers a ping, and closes more than once', async () => {
      await harness.bus.ping();
      await harness.bus.close();
      await harness.bus.close();
      await expect(harness.bus.publishVitals([vitals(70)])).rejects.toThrow();
    });
  });
}
