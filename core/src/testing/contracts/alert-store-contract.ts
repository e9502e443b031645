import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../alarms/alert.ts';
import { RECENT_ALERTS, type AlertQuery, type AlertStore } from '../../ports/alert-store.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';
import { alertEventsContract } from './alert-events-contract.ts';
import { acknowledged, raised, resolved, sampleAlert } from './alert-samples.ts';

/** One adapter on one engine, for one test. */
export interface AlertStoreHarness {
  /** The store under test; another object after `reopen`. */
  readonly store: AlertStore;
  /** The store of another process on the same engine; the same object where an engine allows one only. Closed by `close`. */
  peer(): Promise<AlertStore>;
  /** Ends the store's process in mid-air, or as near to that as can be had, and starts it anew. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Registers a test for every promise of `AlertStore`. */
export function alertStoreContract(engine: string, makeHarness: () => Promise<AlertStoreHarness>): void {
  describe(`AlertStore on ${engine}`, () => {
    let harness: AlertStoreHarness;
    let region: string;
    let patient: string;
    beforeEach(async () => {
      harness = await makeHarness();
      region = freshName('region');
      patient = freshName('P');
    });
    afterEach(() => harness.close());

    const alert = (changes: Partial<Alert> = {}): Alert =>
      sampleAlert(freshName('alert'), changes.region ?? region, changes.patientId ?? patient, changes);
    const raise = async (changes: Partial<Alert> = {}): Promise<Alert> => {
      const fresh = alert(changes);
      expect(await harness.store.commit(raised(fresh))).toBe('committed');
      return fresh;
    };
    const query = (changes: Partial<AlertQuery> = {}): AlertQuery => ({
      regions: [region],
      patientId: undefined,
      status: undefined,
      priority: undefined,
      type: undefined,
      limit: 100,
      after: undefined,
      ...changes,
    });
    const ids = (alerts: readonly Alert[]): string[] => alerts.map(({ id }) => id);

    describe('commit', () => {
      it('takes an alert that is resolved from its first version, and leaves an open one of its type alone', async () => {
        const open = await raise({ raisedAtMs: 2_000 });
        const found = alert({
          status: 'resolved',
          historical: true,
          late: true,
          raisedAtMs: 1_000,
          endedAtMs: 1_500,
        });
        const event = {
          ...raised(found),
          event: 'resolved',
          reason: 'found in readings that came late',
        } as const;
        expect(await harness.store.commit(event)).toBe('committed');
        expect(await harness.store.commit(event)).toBe('conflict');
        expect(ids(await harness.store.open(region, patient))).toEqual([open.id]);
        expect(ids((await harness.store.snapshot([region])).alerts)).toEqual([open.id]);
        expect(await harness.store.get(region, found.id)).toEqual(found);
        expect(ids((await harness.store.list(query())).alerts)).toEqual([open.id, found.id]);
        expect(await harness.store.history(region, found.id)).toEqual([event]);
      });

      it('stores the alert whole, and its event', async () => {
        const timers = { remindedAtMs: 1_000, reminderDueMs: 2_000, escalationDueMs: 3_000 };
        const full = acknowledged(
          alert({ value: undefined, threshold: undefined, message: 'Zoë: "off"\n', ...timers }),
        );
        const silent = { silence: 'paused', signalDueMs: 4_000, remindedAtMs: undefined } as const;
        const first = { ...full.alert, ...silent, version: 1, status: 'pending' as const };
        await harness.store.commit(raised(first));
        expect(await harness.store.commit(full)).toBe('committed');
        expect(await harness.store.get(region, first.id)).toEqual(full.alert);
        expect(await harness.store.history(region, first.id)).toEqual([raised(first), full]);
      });

      it('knows nothing of an alert it was not given, nor in another region', async () => {
        const { id } = await raise();
        expect(await harness.store.get(region, freshName('alert'))).toBeUndefined();
        expect(await harness.store.get(freshName('region'), id)).toBeUndefined();
        expect(await harness.store.history(region, freshName('alert'))).toEqual([]);
      });

      it('applies a change once, however often it is tried', async () => {
        const fresh = await raise();
        expect(await harness.store.commit(raised(fresh))).toBe('conflict');
        expect(await harness.store.commit(acknowledged(fresh))).toBe('committed');
        expect(await harness.store.commit(acknowledged(fresh, 'Nurse Bo'))).toBe('conflict');
        expect(await harness.store.get(region, fresh.id)).toEqual(acknowledged(fresh).alert);
        expect(await harness.store.history(region, fresh.id)).toHaveLength(2);
      });

      it('refuses a change of a version it does not have yet, and of an alert it does not have', async () => {
        const fresh = await raise();
        expect(await harness.store.commit(resolved(acknowledged(fresh).alert))).toBe('conflict');
        expect(await harness.store.commit(acknowledged(alert()))).toBe('conflict');
        expect(await harness.store.get(region, fresh.id)).toEqual(fresh);
        const page = await harness.store.eventsAfter({}, [region], 10);
        expect(page?.events).toHaveLength(1);
      });

      it('lets one of many concurrent changes win, whichever process they come from', async () => {
        const fresh = await raise();
        const peer = await harness.peer();
        const outcomes = await Promise.all(
          Array.from({ length: 12 }, (_, i) =>
            (i % 2 === 0 ? harness.store : peer).commit(acknowledged(fresh, `Nurse ${i}`)),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
        const history = await harness.store.history(region, fresh.id);
        expect(history).toHaveLength(2);
        expect(history[1]?.actor).toBe(`Nurse ${outcomes.indexOf('committed')}`);
      });

      it('keeps one open alert of a patient and type', async () => {
        const first = await raise();
        expect(await harness.store.commit(raised(alert()))).toBe('conflict');
        await raise({ type: 'high_heartrate' });
        await raise({ patientId: freshName('P') });
        await harness.store.commit(acknowledged(first));
        expect(await harness.store.commit(raised(alert()))).toBe('conflict');
        await harness.store.commit(resolved(acknowledged(first).alert));
        await raise();
      });

      it('lets one of many concurrent new alerts of a patient and type win', async () => {
        const peer = await harness.peer();
        const outcomes = await Promise.all(
          Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? harness.store : peer).commit(raised(alert()))),
        );
        expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
        expect(await harness.store.open(region, patient)).toHaveLength(1);
      });

      it('is durable once resolved', async () => {
        const fresh = await raise();
        await harness.reopen();
        expect(await harness.store.get(region, fresh.id)).toEqual(fresh);
        expect(await harness.store.commit(raised(alert()))).toBe('conflict');
        expect(await harness.store.commit(acknowledged(fresh))).toBe('committed');
      });
    });

    describe('commitUnread', () => {
      const unread = (fresh: Alert): Promise<'committed' | 'known'> =>
        harness.store.commitUnread(raised(fresh));

      it('raises an alert as commit does, beside others of the patient', async () => {
        await raise({ type: 'high_heartrate' });
        const over = await raise();
        await harness.store.commit(acknowledged(over));
        await harness.store.commit(resolved(acknowledged(over).alert));
        const fresh = alert({ raisedAtMs: over.raisedAtMs + 60_000 });
        expect(await unread(fresh)).toBe('committed');
        expect(await harness.store.get(region, fresh.id)).toEqual(fresh);
        expect(await harness.store.history(region, fresh.id)).toEqual([raised(fresh)]);
        await harness.reopen();
        expect(await harness.store.get(region, fresh.id)).toEqual(fresh);
      });

      it('leaves what it knows alone: the alert itself, one of its type that is open', async () => {
        const first = await raise();
        expect(await unread(first)).toBe('known');
        expect(await unread(alert())).toBe('known');
        await harness.store.commit(acknowledged(first));
        await harness.store.commit(resolved(acknowledged(first).alert));
        expect(await unread(first)).toBe('known');
        expect(await harness.store.history(region, first.id)).toHaveLength(3);
        expect(ids((await harness.store.list(query())).alerts)).toEqual([first.id]);
      });

      it('knows of an open technical alert of the patient, which may inhibit it', async () => {
        const leadOff = await raise({ type: 'lead_off', kind: 'technical' });
        expect(await unread(alert())).toBe('known');
        await harness.store.commit(resolved(leadOff));
        expect(await unread(alert())).toBe('committed');
      });

      it('knows of an alert that went on with another condition, open or closed', async () => {
        const first = await raise();
        const wentOn = acknowledged({ ...first, conditionId: freshName('condition') });
        await harness.store.commit(wentOn);
        await harness.store.commit(resolved(wentOn.alert));
        expect(await unread(alert())).toBe('known');
        expect(await unread(alert({ type: 'high_heartrate' }))).toBe('committed');
        expect(await unread(alert({ patientId: freshName('P') }))).toBe('committed');
      });

      it('asks the newest 32 of the type, and no others', async () => {
        const over = async (changes: Partial<Alert>): Promise<void> => {
          const fresh = await raise(changes);
          const seen = acknowledged({ ...fresh, conditionId: changes.conditionId ?? fresh.conditionId });
          await harness.store.commit(seen);
          await harness.store.commit(resolved(seen.alert));
        };
        const { raisedAtMs } = alert();
        await over({ raisedAtMs, conditionId: freshName('condition') });
        for (let i = 1; i < RECENT_ALERTS; i++) await over({ raisedAtMs: raisedAtMs + i });
        expect(await unread(alert({ raisedAtMs: raisedAtMs + 100 }))).toBe('known');
        await over({ raisedAtMs: raisedAtMs + RECENT_ALERTS });
        expect(await unread(alert({ raisedAtMs: raisedAtMs + 100 }))).toBe('committed');
      });

      it('lets one of many concurrent new alerts of a patient and type win, read or unread', async () => {
        const peer = await harness.peer();
        const outcomes = await Promise.all(
          Array.from({ length: 12 }, (_, i) => {
            const store = i % 2 === 0 ? harness.store : peer;
            return i % 3 === 0 ? store.commit(raised(alert())) : store.commitUnread(raised(alert()));
          }),
        );
        expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
        expect(await harness.store.open(region, patient)).toHaveLength(1);
      });
    });

    describe('settled', () => {
      it('resolves for what was committed in this life, however many ask', async () => {
        const { store } = harness;
        const { life } = store;
        const fresh = await raise();
        await Promise.all(Array.from({ length: 5 }, () => store.settled(life)));
        expect(store.life).toBe(life);
        await harness.reopen();
        expect(await harness.store.get(region, fresh.id)).toEqual(fresh);
      });

      it('holds up nothing that is committed meanwhile', async () => {
        const { store } = harness;
        await raise();
        const settling = store.settled(store.life);
        for (let i = 0; i < 3; i++) await raise({ patientId: freshName('P') });
        expect((await store.eventsAfter({}, [region], 10))?.events).toHaveLength(4);
        await settling;
      });
    });

    describe('recent', () => {
      it("has a patient's alerts of a type, resolved ones too, the newest first", async () => {
        const older = await raise();
        const seen = acknowledged(older);
        await harness.store.commit(seen);
        await harness.store.commit(resolved(seen.alert));
        const newer = await raise({ raisedAtMs: older.raisedAtMs + 60_000 });
        const recent = (limit: number): Promise<readonly Alert[]> =>
          harness.store.recent(region, patient, older.type, limit);
        expect(ids(await recent(10))).toEqual([newer.id, older.id]);
        expect(ids(await recent(1))).toEqual([newer.id]);
        expect(await harness.store.recent(region, freshName('P'), older.type, 10)).toEqual([]);
      });
    });

    describe('open and snapshot', () => {
      it('has the alerts that are not resolved', async () => {
        const pending = await raise();
        const seen = await raise({ type: 'high_temperature' });
        await harness.store.commit(acknowledged(seen));
        const gone = await raise({ type: 'battery_low', kind: 'technical' });
        await harness.store.commit(resolved(gone));
        const other = await raise({ patientId: freshName('P') });
        await raise({ region: freshName('region') });
        const open = await harness.store.open(region, patient);
        expect(ids(open).toSorted()).toEqual([pending.id, seen.id].toSorted());
        const snapshot = await harness.store.snapshot([region]);
        expect(ids(snapshot.alerts).toSorted()).toEqual([pending.id, seen.id, other.id].toSorted());
        expect(snapshot.alerts.find(({ id }) => id === seen.id)).toEqual(acknowledged(seen).alert);
        expect(await harness.store.open(region, freshName('P'))).toEqual([]);
      });
    });

    describe('list', () => {
      it('filters, resolved ones included', async () => {
        const pending = await raise({ priority: 'critical' });
        const seen = await raise({ type: 'high_temperature', patientId: freshName('P') });
        await harness.store.commit(acknowledged(seen));
        const gone = await raise({ type: 'battery_low', kind: 'technical', priority: 'low' });
        await harness.store.commit(resolved(gone));
        const elsewhere = await raise({ region: freshName('region') });
        const found = async (changes: Partial<AlertQuery>): Promise<string[]> =>
          ids((await harness.store.list(query(changes))).alerts).toSorted();
        expect(await found({})).toEqual([pending.id, seen.id, gone.id].toSorted());
        expect(await found({ regions: [region, elsewhere.region] })).toHaveLength(4);
        expect(await found({ regions: [] })).toEqual([]);
        expect(await found({ patientId: patient })).toEqual([pending.id, gone.id].toSorted());
        expect(await found({ status: 'acknowledged' })).toEqual([seen.id]);
        expect(await found({ status: 'resolved' })).toEqual([gone.id]);
        expect(await found({ priority: 'critical' })).toEqual([pending.id]);
        expect(await found({ type: 'battery_low' })).toEqual([gone.id]);
        expect(await found({ status: 'pending', type: 'battery_low' })).toEqual([]);
      });

      it('filters by the moment of raising: from it on, and before the other', async () => {
        const base = alert().raisedAtMs;
        const raisedAt = await Promise.all(
          [0, 1, 2, 3].map((seconds) =>
            raise({ patientId: freshName('P'), raisedAtMs: base + seconds * 1000 }),
          ),
        );
        const found = async (changes: Partial<AlertQuery>): Promise<number[]> =>
          (await harness.store.list(query(changes))).alerts.map(
            ({ raisedAtMs }) => (raisedAtMs - base) / 1000,
          );
        expect(await found({ raisedFromMs: base + 1000 })).toEqual([3, 2, 1]);
        expect(await found({ raisedToMs: base + 2000 })).toEqual([1, 0]);
        const both = { raisedFromMs: base + 1000, raisedToMs: base + 3000 };
        expect(await found(both)).toEqual([2, 1]);
        expect(await found({ ...both, status: 'pending' })).toEqual([2, 1]);
        expect(await found({ ...both, patientId: raisedAt[1]!.patientId })).toEqual([1]);
        expect(await found({ ...both, status: 'resolved' })).toEqual([]);
        const first = await harness.store.list(query({ ...both, limit: 1 }));
        const second = await harness.store.list(query({ ...both, limit: 1, after: first.next }));
        expect(second.alerts.map(({ raisedAtMs }) => raisedAtMs)).toEqual([base + 1000]);
        expect(second.next).toBeUndefined();
      });

      it('pages from the newest on, every alert once, also where moments are equal', async () => {
        const base = alert().raisedAtMs;
        const elsewhere = freshName('region');
        const expected: Alert[] = [];
        for (let i = 0; i < 11; i++) {
          expected.push(
            await raise({
              patientId: freshName('P'),
              region: i % 3 === 0 ? elsewhere : region,
              raisedAtMs: base + Math.floor(i / 4) * 1000,
            }),
          );
        }
        const seen: Alert[] = [];
        let after: string | undefined;
        let pages = 0;
        do {
          const page = await harness.store.list(query({ regions: [region, elsewhere], limit: 3, after }));
          expect(page.alerts.length).toBeLessThanOrEqual(3);
          seen.push(...page.alerts);
          after = page.next;
        } while (after !== undefined && ++pages < 10);
        expect(ids(seen).toSorted()).toEqual(ids(expected).toSorted());
        const moments = seen.map(({ raisedAtMs }) => raisedAtMs);
        expect(moments).toEqual(moments.toSorted((a, b) => b - a));
      });
    });

    alertEventsContract(() => ({ harness, region, raise }));

    describe('ping and close', () => {
      it('answers a ping, closes more than once, and fails afterwards', async () => {
        await harness.store.ping();
        await harness.store.close();
        await harness.store.close();
        await expect(harness.store.commit(raised(alert()))).rejects.toThrow();
        await harness.reopen();
        await eventually(() => harness.store.ping());
      });
    });
  });
}
