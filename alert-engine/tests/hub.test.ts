import { createServer, connect } from 'node:net';
import type { Ports } from '@vitalwire/core/ports/ports.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { applyCondition } from '../src/conditions/apply.ts';
import { alertEngineMetrics } from '../src/metrics.ts';
import type { AlertEngine } from '../src/start.ts';
import { keepPulse, startEngine, tokenFor, type EngineOptions } from './engine.ts';
import { openPorts } from './ports.ts';
import { conditionRecord, sampleCondition, sampleVitals } from './samples.ts';
import { Station } from './station.ts';

let ports: Awaited<ReturnType<typeof openPorts>>;
let engine: AlertEngine;
let token: string;
const cleanups: (() => unknown)[] = [];
const metrics = alertEngineMetrics(createRegistry('test'));

async function start(options: EngineOptions = {}, on: Ports = ports): Promise<void> {
  engine = await startEngine(on, options);
  cleanups.push(() => engine.stop());
}

beforeEach(async () => {
  ports = await openPorts();
  token = await tokenFor('nurse');
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await ports.close();
});

const raise = (patientId: string, region = 'West', changes = {}) =>
  applyCondition(
    sampleCondition({ patientId, region, ...changes }),
    ports.alerts,
    systemClock,
    metrics,
    () => DEFAULT_POLICY,
  );

const station = async (hello: Record<string, unknown> = {}): Promise<Station> => {
  const joined = await Station.join(engine.port, { token, ...hello });
  cleanups.push(() => joined.socket.terminate());
  return joined;
};

describe('hello', () => {
  beforeEach(() => start({ bounds: { helloTimeoutMs: 150, clientFrameBytesMax: 2_048 } }));

  it.each([
    ['not JSON', 'hello?'],
    ['another frame', '{"type":"ping"}'],
    ['no token', '{"type":"hello"}'],
    ['regions that are no list', '{"type":"hello","token":"x","regions":"West"}'],
    ['an empty list of regions', '{"type":"hello","token":"x","regions":[]}'],
  ])('%s is malformed: 4400', async (_name, text) => {
    const client = new Station(engine.port);
    await client.opened();
    client.send(text);
    expect(await client.closed()).toBe(4400);
    expect(client.frames).toMatchObject([{ type: 'error', code: 'malformed' }]);
  });

  it('in a binary frame is malformed: 4400', async () => {
    const client = new Station(engine.port);
    await client.opened();
    client.socket.send(Buffer.from(JSON.stringify({ type: 'hello', token })));
    expect(await client.closed()).toBe(4400);
  });

  it('that does not come in time closes the connection', async () => {
    const client = new Station(engine.port);
    expect(await client.closed()).toBe(4400);
    expect(client.of('error')[0]?.message).toContain('no hello');
  });

  it('that is too large closes the connection', async () => {
    const client = await Station.greet(engine.port, { token: 'x'.repeat(4_000) });
    expect(await client.closed()).toBe(1009);
    await station();
  });

  it('with a token of somebody else is unauthorized: 4401', async () => {
    const client = await Station.greet(engine.port, { token: `${token}x` });
    expect(await client.closed()).toBe(4401);
    expect(client.frames).toMatchObject([{ type: 'error', code: 'unauthorized' }]);
    expect(JSON.stringify(client.frames)).not.toContain(token);
  });

  it('for a region outside the token, or that is none, is forbidden: 4403', async () => {
    for (const regions of [['Midwest'], ['West', 'Midwest'], ['Atlantis']]) {
      const client = await Station.greet(engine.port, { token, regions });
      expect(await client.closed()).toBe(4403);
      expect(client.frames).toMatchObject([{ type: 'error', code: 'forbidden' }]);
    }
  });

  it('said twice, or anything after it, is malformed', async () => {
    const client = await station();
    client.send('{}');
    expect(await client.closed()).toBe(4400);
  });

  it('is welcomed, then given a snapshot', async () => {
    const client = await station();
    expect(client.frames[0]).toMatchObject({ type: 'welcome', role: 'nurse' });
    expect(client.frames.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
  });
});

describe('what a station may see', () => {
  it('is its regions and patients only: snapshot, alerts, vitals and presence', async () => {
    await start();
    await raise('W1');
    await raise('M1', 'Midwest');
    const narrow = await station();
    const onlyW2 = await station({ patients: ['W2'] });
    const wide = await Station.join(engine.port, { token: await tokenFor('viewer', ['West', 'Midwest']) });
    cleanups.push(() => wide.socket.terminate());
    await raise('W2');
    await raise('M2', 'Midwest');
    await ports.live.publishVitals([
      sampleVitals('W1'),
      sampleVitals('W2'),
      sampleVitals('M1', { region: 'Midwest' }),
    ]);
    for (const [device, patientId, region] of [
      ['W1-monitor', 'W1', 'West'],
      ['M1-monitor', 'M1', 'Midwest'],
    ] as const) {
      await ports.live.publishPresence({
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
    const patient = (id: string, changes = {}) => ({
      id,
      name: id,
      age: 70,
      region: 'West',
      ward: 'ICU',
      bed: '4',
      primaryDoctor: '',
      riskLevel: '',
      ...changes,
    });
    for (const id of ['P1', 'P2', 'P3', 'P4']) await ports.directory.put(patient(id));
    await ports.live.publishVitals(['P1', 'P2', 'P3', 'P4'].map((id) => sampleVitals(id)));
    const west = await station();
    const wide = await Station.join(engine.port, { token: await tokenFor('viewer', ['West', 'Midwest']) });
    cleanups.push(() => wide.socket.terminate());
    await ports.directory.put(patient('P1', { state: 'discharged' }));
    await ports.directory.put(patient('P2', { region: 'Midwest' }));
    await ports.directory.remove('P3');
    await ports.directory.put(patient('P4', { bed: '5' }));
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
    await ports.live.publishVitals([sampleVitals('P1', later), sampleVitals('P4', later)]);
    await eventually(() => {
      const told = west.frames
        .slice(before)
        .flatMap((frame) =>
          frame.type === 'vitals' ? frame.patients.map(({ patient_id }) => patient_id) : [],
        );
      expect(told).toEqual(['P4']);
    }, 5_000);
    expect((await station()).of('snapshot')[0]?.patients.map(({ patient_id }) => patient_id)).toEqual(['P4']);
  });

  it('starts with everything known of a patient', async () => {
    await ports.directory.put({
      id: 'P1',
      name: 'Ada',
      age: 70,
      region: 'West',
      ward: 'ICU',
      bed: '4',
      primaryDoctor: 'Dr. B',
      riskLevel: 'high',
    });
    const measuredAtMs = Date.now();
    await ports.live.publishVitals([
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

describe('alerts', () => {
  it('from the log of conditions reach a station', async () => {
    await start();
    const client = await station();
    await ports.log.append([conditionRecord(sampleCondition({ onsetMs: Date.now() - 15_000 }))]);
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
    let client = await Station.join(engine.port, { token });
    const inSnapshot = client.of('snapshot')[0]?.patients.flatMap(({ alerts }) => alerts.map(({ id }) => id));
    for (let life = 0; life < 25; life++) {
      await systemClock.sleep(life % 5);
      const since = client.cursor;
      seen.push(...client.of('alert').map(({ alert }) => alert.id));
      await client.leave();
      const replacement = await Station.join(engine.port, { token, since });
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
    const message = 'x'.repeat(20_000);
    const count = 300;
    for (let i = 0; i < count; i++) {
      const condition = sampleCondition({ patientId: `P${i}` });
      await ports.alerts.commit({
        event: 'raised',
        actor: 'system',
        atMs: 1,
        reason: undefined,
        alert: {
          ...condition,
          version: 1,
          kind: 'physiological',
          status: 'pending',
          message,
          raisedAtMs: condition.atMs,
          endedAtMs: undefined,
          late: false,
          historical: false,
          acknowledgedBy: undefined,
          acknowledgedAtMs: undefined,
          resolvedBy: undefined,
          resolvedAtMs: undefined,
          escalationStep: 0,
          silence: undefined,
          signalDueMs: undefined,
          remindedAtMs: undefined,
          reminderDueMs: undefined,
          escalationDueMs: undefined,
          conditionId: condition.id,
          conditionRevision: 1,
          limitsRevision: undefined,
        },
      });
    }
    await eventually(async () => {
      const text = await (await fetch(`http://127.0.0.1:${engine.port}/metrics`)).text();
      expect(text).toMatch(/vitalwire_station_closes_total\{reason="too_slow"[^}]*\} 1/);
    });
    slow.socket.resume();
    await slow.closed();
    const got = slow.of('alert').map(({ alert }) => alert.id);
    expect(got.length).toBeLessThan(count);
    const back = await station({ since: slow.cursor });
    const all = [...got, ...back.of('alert').map(({ alert }) => alert.id)];
    expect(all).toEqual(Array.from({ length: count }, (_, i) => sampleCondition({ patientId: `P${i}` }).id));
  });
});

describe('vitals', () => {
  it('come at once, then at most once an interval, and the newest wins', async () => {
    await start({ bounds: { vitalsIntervalMs: 200 } });
    const client = await station();
    const startMs = Date.now();
    for (let i = 0; i < 50; i++) {
      const measuredAtMs = startMs + i;
      await ports.live.publishVitals([
        sampleVitals('P1', {
          measuredAtMs,
          vitals: { heartbeat: { value: i, measuredAtMs, validity: 'valid' } },
        }),
      ]);
      await systemClock.sleep(5);
    }
    await client.next('vitals', ({ patients }) => patients[0]?.vitals.heartbeat?.value === 49);
    const values = client.of('vitals').map(({ patients }) => patients[0]?.vitals.heartbeat?.value);
    expect(values[0]).toBe(0);
    expect(values.length).toBeLessThanOrEqual(4);
  });
});

describe('heartbeats', () => {
  it('come while the pipeline, the store and the feed are vouched for, and stop loudly when not', async () => {
    await start({ bounds: { vouchMs: 1_500 } });
    const client = await station();
    const silent = await client.next('error');
    expect(silent).toMatchObject({ code: 'not_monitoring' });
    expect(client.of('heartbeat')).toEqual([]);
    const ready = () => fetch(`http://127.0.0.1:${engine.port}/readyz`);
    expect((await ready()).status).toBe(503);
    const stopPulse = keepPulse(ports);
    cleanups.push(stopPulse);
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
    cleanups.push(keepPulse(ports, 101));
    const client = await station();
    await client.next('error', ({ message }) => message.includes('101 readings behind'));
    expect(client.of('heartbeat')).toEqual([]);
  });

  it('are withheld while the store is away, and a station that comes then is let in when it is back', async () => {
    let away = false;
    const alerts = new Proxy(ports.alerts, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown =>
          away && name !== 'close'
            ? Promise.reject(new VitalwireError('unavailable', 'away', { retriable: true }))
            : (value.apply(target, given) as unknown);
      },
    });
    await start({ bounds: { vouchMs: 1_500 } }, { ...ports, alerts });
    cleanups.push(keepPulse(ports));
    const before = await station();
    await before.next('heartbeat');
    away = true;
    await before.next('error', ({ message }) => message.includes('store'));
    const during = await Station.greet(engine.port, { token });
    cleanups.push(() => during.socket.terminate());
    await during.next('error');
    expect(during.of('snapshot')).toEqual([]);
    expect(
      (
        await fetch(`http://127.0.0.1:${engine.port}/api/alerts`, {
          headers: { authorization: `Bearer ${token}` },
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

describe('a connection', () => {
  it('ends when its token does: 4401', async () => {
    await start();
    const client = await station({ token: await tokenFor('nurse', ['West'], '2s') });
    expect(await client.closed()).toBe(4401);
    expect(client.frames.at(-1)).toMatchObject({ code: 'unauthorized', message: 'the token has expired' });
  });

  it('too many is refused, and there is room again when one leaves', async () => {
    await start({ bounds: { clientsMax: 1 } });
    const first = await station();
    await expect(new Station(engine.port).opened()).rejects.toThrow('503');
    await first.leave();
    await eventually(() => station());
  });

  it('is told when the engine stops', async () => {
    await start();
    const client = await station();
    await engine.stop();
    expect(await client.closed()).toBe(1001);
  });

  it('to anything but /ws is not upgraded, and one that breaks off harms nothing', async () => {
    await start();
    const status = await new Promise<string>((resolve) => {
      const socket = connect(engine.port, '127.0.0.1', () => {
        socket.write(
          'GET /elsewhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
        );
      });
      socket.once('data', (data) => (resolve(data.toString().split('\r\n')[0] ?? ''), socket.destroy()));
    });
    expect(status).toBe('HTTP/1.1 404 Not Found');
    const half = connect(engine.port, '127.0.0.1', () => {
      half.write('GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n');
      half.resetAndDestroy();
    });
    half.on('error', () => {});
    await station();
  });
});

it('the engine does not start on a port that is taken, and lets go of everything', async () => {
  const holder = createServer();
  const port = await new Promise<number>((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  cleanups.push(() => new Promise((resolve) => holder.close(resolve)));
  await expect(startEngine(ports, { changes: { port } })).rejects.toThrow('EADDRINUSE');
  await start();
  await station();
});
