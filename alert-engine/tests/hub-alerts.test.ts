import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { describe, expect, it } from 'vitest';
import { newAlert } from '../src/lifecycle/new-alert.ts';
import { engineOfEachTest } from './engine-of-each-test.ts';
import { conditionRecord, sampleCondition } from './samples.ts';
import { Station, stationsOf } from './station.ts';

const each = engineOfEachTest();
const { raise, start } = each;
const station = stationsOf(each);

const metrics = async (): Promise<string> =>
  (await fetch(`http://127.0.0.1:${each.engine.port}/metrics`)).text();
/** An alert of 100 kB. */
const raiseLong = async (patientId: string): Promise<void> => {
  const alert = { ...newAlert(sampleCondition({ patientId })), message: 'x'.repeat(100_000) };
  await each.ports.alerts.commit({ event: 'raised', actor: 'system', atMs: 1, reason: undefined, alert });
};

describe('alerts', () => {
  it('from the log of conditions reach a station', async () => {
    await start();
    const client = await station();
    await each.ports.log.append([conditionRecord(sampleCondition({ onsetMs: Date.now() - 15_000 }))]);
    const { alert } = await client.next('alert');
    expect(alert).toMatchObject({ event: 'raised', message: 'SpO₂ 84 % below 90 for 15 s', version: 1 });
  });

  it('missed while away come first and in order, then a snapshot, then live ones', async () => {
    await start();
    const before = await station();
    await raise('P1');
    await before.next('alert');
    await before.leave();
    await raise('P2');
    await raise('P3');
    const back = await station({ since: before.cursor });
    await raise('P4');
    await back.next('alert', ({ alert }) => alert.patient_id === 'P4');
    const order = back.frames.flatMap((frame) => {
      if (frame.type === 'alert') return [frame.alert.patient_id];
      return frame.type === 'snapshot' ? ['snapshot'] : [];
    });
    expect(order).toEqual(['P2', 'P3', 'snapshot', 'P4']);
    expect(back.of('snapshot')[0]?.patients.map(({ patient_id }) => patient_id)).toEqual(['P1', 'P2', 'P3']);
  });

  it('need no more than a snapshot where the cursor is not one of ours', async () => {
    await start();
    await raise('P1');
    for (const since of ['nonsense', '', Buffer.from('{"West":"no position"}').toString('base64url')]) {
      const client = await station({ since });
      expect(client.of('alert')).toEqual([]);
      expect(client.of('snapshot')).toHaveLength(1);
    }
  });

  it('are neither missed nor repeated by stations that come and go while alerts are raised', async () => {
    await start();
    const total = 300;
    const seen: string[] = [];
    const raising = (async () => {
      for (let i = 0; i < total; i += 5) {
        await Promise.all(Array.from({ length: 5 }, (_, n) => raise(`P${i + n}`)));
        await systemClock.sleep(1);
      }
    })();
    // The first snapshot tells of what was there before; from then on every event comes as a frame, once.
    let client = await Station.join(each.engine.port, { token: each.token });
    const inSnapshot = client.of('snapshot')[0]?.patients.flatMap(({ alerts }) => alerts.map(({ id }) => id));
    for (let life = 0; life < 25; life++) {
      await systemClock.sleep(life % 5);
      const since = client.cursor;
      seen.push(...client.of('alert').map(({ alert }) => alert.id));
      await client.leave();
      const replacement = await Station.join(each.engine.port, { token: each.token, since });
      client = replacement;
    }
    await raising;
    await client.leave();
    seen.push(...client.of('alert').map(({ alert }) => alert.id));
    const finished = await station({ since: client.cursor });
    seen.push(...finished.of('alert').map(({ alert }) => alert.id));
    const expected = Array.from(
      { length: total },
      (_, i) => sampleCondition({ patientId: `P${i}` }).id,
    ).filter((id) => !inSnapshot?.includes(id));
    expect(seen.length).toBe(new Set(seen).size);
    expect(new Set(seen)).toEqual(new Set(expected));
  });

  it('and snapshots agree for fresh stations that join while alerts are raised', async () => {
    await start();
    const total = 200;
    const raising = (async () => {
      for (let i = 0; i < total; i += 4) {
        await Promise.all([i, i + 1, i + 2, i + 3].map((n) => raise(`P${n}`)));
      }
    })();
    const clients: Station[] = [];
    for (let i = 0; i < 20; i++) clients.push(await station());
    await raising;
    for (const client of clients) {
      const known =
        client.of('snapshot')[0]?.patients.flatMap(({ alerts }) => alerts.map(({ id }) => id)) ?? [];
      await eventually(() => expect(known.length + client.of('alert').length).toBe(total));
      const framed = client.of('alert').map(({ alert }) => alert.id);
      expect(new Set([...known, ...framed]).size).toBe(total);
    }
  });

  it('disconnect a client that does not read, and it resumes', async () => {
    await start({ bounds: { alertBufferBytes: 64 * 1024, vitalsBufferBytes: 16 * 1024 } });
    const slow = await station();
    slow.socket.pause();
    const count = 60;
    for (let i = 0; i < count; i++) await raiseLong(`P${i}`);
    await eventually(async () =>
      expect(await metrics()).toMatch(/vitalwire_station_closes_total\{reason="too_slow"[^}]*\} 1/),
    );
    slow.socket.resume();
    await slow.closed();
    const got = slow.of('alert').map(({ alert }) => alert.id);
    expect(got.length).toBeLessThan(count);
    const back = await station({ since: slow.cursor });
    const all = [...got, ...back.of('alert').map(({ alert }) => alert.id)];
    expect(all).toEqual(Array.from({ length: count }, (_, i) => sampleCondition({ patientId: `P${i}` }).id));
  });

  /** Joins a station that reads nothing after its hello, to a ward whose snapshot is 6 MB: more than the system takes off the engine's hands. */
  const unreadSnapshot = async (): Promise<{ client: Station; patients: string[] }> => {
    await start({ bounds: { alertBufferBytes: 64 * 1024, vitalsBufferBytes: 16 * 1024 } });
    const patients = Array.from({ length: 60 }, (_, i) => `P${i}`);
    for (const patientId of patients) await raiseLong(patientId);
    const client = await Station.greet(each.engine.port, { token: each.token });
    each.atEnd(() => client.socket.terminate());
    client.socket.pause();
    await eventually(async () =>
      expect(await metrics()).toMatch(/vitalwire_station_joins_total\{kind="fresh"[^}]*\} 1/),
    );
    return { client, patients };
  };

  it('wait behind a snapshot of any size, which does not make its client a slow one', async () => {
    const { client, patients } = await unreadSnapshot();
    await raise('P-late');
    await eventually(async () =>
      expect(await metrics()).toMatch(/vitalwire_station_frames_total\{type="alert"[^}]*\} 1/),
    );
    client.socket.resume();
    expect((await client.next('alert')).alert.patient_id).toBe('P-late');
    expect(client.of('snapshot')[0]?.patients).toHaveLength(patients.length);
  });

  it('that wait behind a snapshot are no more than behind anything else', async () => {
    const { client } = await unreadSnapshot();
    await raiseLong('P-late');
    await raiseLong('P-later');
    await eventually(async () =>
      expect(await metrics()).toMatch(/vitalwire_station_closes_total\{reason="too_slow"[^}]*\} 1/),
    );
    client.socket.resume();
    await client.closed();
  });
});
