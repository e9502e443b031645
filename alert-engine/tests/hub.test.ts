import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { packLatest } from '@vitalwire/core/vitals/latest.ts';
import { describe, expect, it } from 'vitest';
import { awayWhile } from './away.ts';
import { engineOfEachTest } from './engine-of-each-test.ts';
import { keepPulse, tokenFor } from './engine.ts';
import { samplePatient, sampleVitals } from './samples.ts';
import { Station, stationsOf } from './station.ts';

const each = engineOfEachTest();
const { atEnd, raise, start } = each;
const station = stationsOf(each);

describe('what a station may see', () => {
  it('is its regions and patients only: snapshot, alerts, vitals and presence', async () => {
    await start();
    await raise('W1');
    await raise('M1', 'Midwest');
    const narrow = await station();
    const onlyW2 = await station({ patients: ['W2'] });
    const wide = await station({ token: await tokenFor('viewer', ['West', 'Midwest']) });
    await raise('W2');
    await raise('M2', 'Midwest');
    await each.ports.live.publishVitals([
      sampleVitals('W1'),
      sampleVitals('W2'),
      sampleVitals('M1', { region: 'Midwest' }),
    ]);
    for (const [device, patientId, region] of [
      ['W1-monitor', 'W1', 'West'],
      ['M1-monitor', 'M1', 'Midwest'],
    ] as const) {
      await each.ports.live.publishPresence({
        deviceId: device,
        patientId,
        region,
        state: 'born',
        bootId: 1,
        atMs: Date.now(),
        batteryPercent: 50,
      });
    }
    await wide.next('alert', ({ alert }) => alert.patient_id === 'M2');
    await wide.next('presence', ({ patient_id }) => patient_id === 'M1');
    await wide.next('vitals', ({ patients }) => patients.some(({ patient_id }) => patient_id === 'M1'));
    await narrow.next('presence');
    await onlyW2.next('vitals');
    const seen = (client: Station): string[] =>
      [
        ...new Set(
          client.frames.flatMap((frame) => {
            if (frame.type === 'snapshot' || frame.type === 'vitals')
              return frame.patients.map(({ patient_id }) => patient_id);
            if (frame.type === 'alert') return [frame.alert.patient_id];
            return frame.type === 'presence' ? [frame.patient_id ?? ''] : [];
          }),
        ),
      ].sort();
    expect(seen(narrow)).toEqual(['W1', 'W2']);
    expect(seen(onlyW2)).toEqual(['W2']);
    expect(seen(wide)).toEqual(['M1', 'M2', 'W1', 'W2']);
  });

  it('ends at once for who is discharged, moved away or removed, and a device left running brings nobody back', async () => {
    await start();
    const patients = ['P1', 'P2', 'P3', 'P4'];
    for (const id of patients) await each.ports.directory.put(samplePatient(id));
    await each.ports.live.publishVitals(patients.map((id) => sampleVitals(id)));
    const west = await station();
    const wide = await station({ token: await tokenFor('viewer', ['West', 'Midwest']) });
    await each.ports.directory.put(samplePatient('P1', { state: 'discharged' }));
    await each.ports.directory.put(samplePatient('P2', { region: 'Midwest' }));
    await each.ports.directory.remove('P3');
    await each.ports.directory.put(samplePatient('P4', { bed: '5' }));
    const left = (client: Station) =>
      client.of('left').map(({ patient_id, region, reason }) => [patient_id, region, reason]);
    await west.next('left', ({ patient_id }) => patient_id === 'P3');
    await west.next('vitals', ({ patients }) => patients.some(({ bed }) => bed === '5'));
    expect(left(west)).toEqual([
      ['P1', 'West', 'discharged'],
      ['P2', 'West', 'moved'],
      ['P3', 'West', 'removed'],
    ]);
    expect(left(wide)).toEqual([
      ['P1', 'West', 'discharged'],
      ['P3', 'West', 'removed'],
    ]);

    const before = west.frames.length;
    const later = { measuredAtMs: Date.now() + 1000 };
    await each.ports.live.publishVitals([sampleVitals('P1', later), sampleVitals('P4', later)]);
    await eventually(() => {
      const told = west.frames
        .slice(before)
        .flatMap((frame) =>
          frame.type === 'vitals' ? frame.patients.map(({ patient_id }) => patient_id) : [],
        );
      expect(told).toEqual(['P4']);
    });
    expect((await station()).of('snapshot')[0]?.patients.map(({ patient_id }) => patient_id)).toEqual(['P4']);
  });

  it('starts with everything known of a patient', async () => {
    await each.ports.directory.put(samplePatient('P1'));
    const measuredAtMs = Date.now();
    await each.ports.live.publishVitals([
      sampleVitals('P1', {
        measuredAtMs,
        pending: [
          { type: 'high_heartrate', priority: 'high', sinceMs: measuredAtMs, dueMs: measuredAtMs + 10_000 },
        ],
      }),
    ]);
    await raise('P1', 'West', { priority: 'critical' });
    await start();
    const [patient] = (await station()).of('snapshot')[0]?.patients ?? [];
    const at = new Date(measuredAtMs).toISOString();
    expect(patient).toMatchObject({
      patient_id: 'P1',
      region: 'West',
      device_id: 'P1-monitor',
      name: 'Ada',
      age: 70,
      ward: 'ICU',
      bed: '4',
      mode: 'real',
      vitals: { heartbeat: { value: 72, measured_at: at, validity: 'valid' } },
      pending: [{ type: 'high_heartrate', priority: 'high', since: at }],
      score: null,
      connection: 'unknown',
      battery_percent: null,
      alerts: [{ type: 'low_oxygen_saturation', priority: 'critical', status: 'pending' }],
    });
  });
});

describe('vitals', () => {
  it('come at once, then at most once an interval, and the newest wins', async () => {
    await start({ bounds: { vitalsIntervalMs: 200 } });
    const client = await station();
    const startMs = Date.now();
    for (let i = 0; i < 50; i++) {
      const measuredAtMs = startMs + i;
      await each.ports.live.publishVitals([
        sampleVitals('P1', {
          measuredAtMs,
          vitals: packLatest({ heartbeat: { value: i, measuredAtMs, validity: 'valid' } }),
        }),
      ]);
      await systemClock.sleep(5);
    }
    await client.next('vitals', ({ patients }) => patients[0]?.vitals.heartbeat?.value === 49);
    const values = client.of('vitals').map(({ patients }) => patients[0]?.vitals.heartbeat?.value);
    expect(values[0]).toBe(0);
    expect(values.length).toBeLessThanOrEqual((Date.now() - startMs) / 200 + 2);
  });
});

describe('heartbeats', () => {
  it('come while the pipeline, the store and the feed are vouched for, and stop loudly when not', async () => {
    await start({ bounds: { vouchMs: 1_500 } });
    const client = await station();
    const silent = await client.next('error');
    expect(silent).toMatchObject({ code: 'not_monitoring' });
    expect(client.of('heartbeat')).toEqual([]);
    const ready = () => fetch(`http://127.0.0.1:${each.engine.port}/readyz`);
    expect((await ready()).status).toBe(503);
    const stopPulse = keepPulse(each.ports);
    atEnd(stopPulse);
    await client.next('heartbeat');
    await eventually(async () => expect((await ready()).status).toBe(200));
    stopPulse();
    client.frames.length = 0;
    await client.next('error', ({ message }) => message.includes('tasks of the alerting pipeline'));
    client.frames.length = 0;
    await systemClock.sleep(300);
    expect(client.of('heartbeat')).toEqual([]);
    expect(client.of('error').length).toBeGreaterThan(0);
  });

  it('are withheld while the pipeline is far behind', async () => {
    await start({ bounds: { pulseLagRecordsMax: 100 } });
    atEnd(keepPulse(each.ports, 101));
    const client = await station();
    await client.next('error', ({ message }) => message.includes('101 readings behind'));
    expect(client.of('heartbeat')).toEqual([]);
  });

  it('are withheld while the store is away, and a station that comes then is let in when it is back', async () => {
    let away = false;
    const alerts = awayWhile(each.ports.alerts, (method) => away && method !== 'close');
    await start({ bounds: { vouchMs: 1_500 } }, { ...each.ports, alerts });
    atEnd(keepPulse(each.ports));
    const before = await station();
    await before.next('heartbeat');
    away = true;
    await before.next('error', ({ message }) => message.includes('store'));
    const during = await Station.greet(each.engine.port, { token: each.token });
    atEnd(() => during.socket.terminate());
    await during.next('error');
    expect(during.of('snapshot')).toEqual([]);
    expect(
      (
        await fetch(`http://127.0.0.1:${each.engine.port}/api/alerts`, {
          headers: { authorization: `Bearer ${each.token}` },
        })
      ).status,
    ).toBe(503);
    away = false;
    await raise('P1');
    await during.next('snapshot');
    await during.next('heartbeat');
    await before.next('alert');
  });
});
