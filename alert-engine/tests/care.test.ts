import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertEngineMetrics } from '../src/metrics.ts';
import { applyCondition } from '../src/conditions/apply.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import type { AlertEngine } from '../src/start.ts';
import { keepPulse, startEngine, tokenFor } from './engine.ts';
import { PARTITIONS, openPorts } from './ports.ts';
import { conditionRecord, sampleCondition, samplePatient, sampleVitals } from './samples.ts';
import { Station } from './station.ts';

let ports: Awaited<ReturnType<typeof openPorts>>;
let engine: AlertEngine;
let nurse: string;
let stopPulse: () => void;

const ANA = samplePatient('P1', { name: 'Ana Ruiz', age: 61, primaryDoctor: 'Dr. Núñez' });

beforeEach(async () => {
  ports = await openPorts();
  await ports.directory.put(ANA);
  await ports.live.publishVitals([sampleVitals('P1')]);
  nurse = await tokenFor('nurse');
  stopPulse = keepPulse(ports);
  engine = await startEngine(ports);
});
afterEach(async () => {
  stopPulse();
  await engine.stop();
  await ports.close();
});

// oxlint-disable-next-line typescript/no-explicit-any
type Answer = { readonly status: number; readonly body: any };

async function call(method: string, path: string, body?: unknown, token = nurse): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${engine.port}/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const patient = async () => (await call('GET', '/patients/P1')).body;
const signals = async (): Promise<string[]> =>
  (await patient()).alerts.map(({ type, signal }: { type: string; signal: string }) => `${type} ${signal}`);
const raise = (changes: Parameters<typeof sampleCondition>[0]) =>
  ports.log.append([conditionRecord(sampleCondition(changes))]);

async function trail(): Promise<Record<string, unknown>[]> {
  const records = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) =>
      ports.log.read({ topic: TOPICS.actions.name, partition, offset: 0 }, 1_000),
    ),
  );
  return records
    .flat()
    .map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, unknown>);
}

describe('a pause', () => {
  it('silences what sounds and what comes, lets the worse through, and outlives the engine', async () => {
    const station = await Station.join(engine.port, { token: nurse });
    await raise({});
    await station.next('alert', ({ alert }) => alert.event === 'raised');
    const before = Date.now();
    const answer = await call('POST', '/patients/P1/alarm-pause', { seconds: 120 });
    expect(answer).toMatchObject({ status: 200, body: { pause: { by: 'nurse Ann', priority: 'medium' } } });
    expect(Date.parse(answer.body.pause.until) - before).toBeGreaterThanOrEqual(119_000);
    await station.next('alert', ({ alert }) => alert.signal === 'paused' && alert.status === 'pending');
    await station.next('vitals', ({ patients }) => patients.some(({ pause }) => pause?.by === 'nurse Ann'));
    await engine.stop();
    engine = await startEngine(ports);
    expect((await patient()).pause).toEqual(answer.body.pause);
    await raise({ type: 'high_heartrate', value: 130, threshold: 120 });
    await raise({ type: 'high_temperature', priority: 'high', value: 105, threshold: 104 });
    await eventually(async () =>
      expect((await signals()).sort()).toEqual([
        'high_heartrate paused',
        'high_temperature on',
        'low_oxygen_saturation paused',
      ]),
    );
    expect((await call('DELETE', '/patients/P1/alarm-pause')).status).toBe(204);
    expect((await signals()).map((text) => text.split(' ')[1])).toEqual(['on', 'on', 'on']);
    expect((await patient()).pause).toBeNull();
    expect((await call('DELETE', '/patients/P1/alarm-pause')).status).toBe(204);
    expect(
      (await trail()).map(({ action, actor, role, patient_id }) => [action, actor, role, patient_id]),
    ).toEqual([
      ['alarm_pause', 'nurse Ann', 'nurse', 'P1'],
      ['alarm_pause_lifted', 'nurse Ann', 'nurse', 'P1'],
    ]);
    await station.leave();
  });

  it('ends by itself, and then what it kept silent sounds', async () => {
    await raise({});
    await eventually(async () => expect(await signals()).toEqual(['low_oxygen_saturation on']));
    await call('POST', '/patients/P1/alarm-pause', { seconds: 0.4 });
    expect(await signals()).toEqual(['low_oxygen_saturation paused']);
    await eventually(async () => expect(await signals()).toEqual(['low_oxygen_saturation on']));
    expect((await patient()).pause).toBeNull();
  });

  it('is two minutes at most and where nothing is said, and not for viewers', async () => {
    expect((await call('POST', '/patients/P1/alarm-pause', { seconds: 121 })).status).toBe(400);
    expect((await call('POST', '/patients/P1/alarm-pause', { seconds: 0 })).status).toBe(400);
    const viewer = await tokenFor('viewer');
    for (const method of ['POST', 'DELETE']) {
      const body = method === 'POST' ? { seconds: 60 } : undefined;
      expect((await call(method, '/patients/P1/alarm-pause', body, viewer)).status).toBe(403);
    }
    expect(await trail()).toEqual([]);
    const before = Date.now();
    const { until } = (await call('POST', '/patients/P1/alarm-pause')).body.pause;
    expect(Date.parse(until) - before).toBeGreaterThanOrEqual(120_000);
  });
});

describe('limits', () => {
  it("replace the profile's, are counted, and go back", async () => {
    const usual = (await patient()).limits.oxygen_saturation.low;
    const set = await call('PUT', '/patients/P1/limits', {
      oxygen_saturation: { low: 88 },
      heartbeat: { high: [{ priority: 'medium', limit: 125 }] },
    });
    expect(set.status).toBe(200);
    expect(set.body.limits.oxygen_saturation.low[0]).toEqual({ priority: 'medium', limit: 88 });
    expect(await patient()).toMatchObject({ limits: set.body.limits, limits_revision: 1 });
    expect(set.body.limits.heartbeat.high[0].limit).toBe(125);
    await call('PUT', '/patients/P1/limits', { oxygen_saturation: { low: null } });
    expect((await patient()).limits.oxygen_saturation.low).toEqual(usual);
    expect((await patient()).limits.heartbeat.high[0].limit).toBe(125);
    expect(await trail()).toMatchObject([
      { action: 'limits_set', before: { id: 'P1' }, after: { limits: { oxygen_saturation: { low: 88 } } } },
      { action: 'limits_set', after: { limitsRevision: 2 } },
    ]);
  });

  it('are refused beyond the bounds, for a viewer, and for whom nobody knows', async () => {
    const refused = await call('PUT', '/patients/P1/limits', { oxygen_saturation: { low: 40 } });
    expect(refused.status).toBe(422);
    expect(refused.body.detail).toContain('oxygen_saturation');
    expect((await call('PUT', '/patients/P1/limits', { mood: { low: 1 } })).status).toBe(400);
    expect((await call('PUT', '/patients/P1/limits', {}, await tokenFor('viewer'))).status).toBe(403);
    await ports.live.publishVitals([sampleVitals('P7')]);
    await eventually(async () => expect((await call('PUT', '/patients/P7/limits', {})).status).toBe(409));
    expect(await trail()).toEqual([]);
    expect((await patient()).limits_revision).toBe(0);
  });
});

it('a chart is kept with its moment, and what is left out stays', async () => {
  expect(await patient()).toMatchObject({ oxygen_scale: 1, supplemental_oxygen: null, consciousness: null });
  expect(
    (await call('PUT', '/patients/P1/chart', { oxygen_scale: 2, supplemental_oxygen: true })).status,
  ).toBe(200);
  expect((await call('PUT', '/patients/P1/chart', { consciousness: 'voice' })).status).toBe(200);
  const shown = await patient();
  expect(shown).toMatchObject({ oxygen_scale: 2, supplemental_oxygen: true, consciousness: 'voice' });
  expect(Date.now() - Date.parse(shown.consciousness_at)).toBeLessThan(60_000);
  expect((await call('PUT', '/patients/P1/chart', { consciousness: 'sleepy' })).status).toBe(400);
  expect((await call('PUT', '/patients/P1/chart', {}, await tokenFor('viewer'))).status).toBe(403);
  expect((await trail()).map(({ action }) => action)).toEqual(['chart_set', 'chart_set']);
});

describe('admission, transfer and discharge', () => {
  const bo = { patient_id: 'P2', name: 'Bo', region: 'West', ward: 'B2', bed: '7', device_id: 'D2' };

  it('a patient comes, moves and goes, and her alerts with her', async () => {
    expect((await call('POST', '/patients', bo)).status).toBe(201);
    expect((await call('GET', '/patients/P2')).body).toMatchObject({
      name: 'Bo',
      bed: '7',
      state: 'admitted',
    });
    expect((await call('POST', '/patients', bo)).status).toBe(409);
    await raise({ patientId: 'P2', priority: 'critical' });
    await eventually(async () => expect((await call('GET', '/patients/P2')).body.alerts).toHaveLength(1));
    const moved = await call('POST', '/patients/P2/transfer', { bed: '8' });
    expect(moved.body).toMatchObject({ ward: 'B2', bed: '8', device_id: 'D2' });
    expect((await call('GET', '/patients/P2')).body.alerts).toHaveLength(1);
    expect((await call('POST', '/patients/P2/discharge')).body).toMatchObject({
      state: 'discharged',
      device_id: null,
    });
    const { items } = (await call('GET', '/alerts?patient=P2')).body;
    expect(items).toMatchObject([{ status: 'resolved', resolved_by: 'nurse Ann' }]);
    const history = (await call('GET', `/alerts/${items[0].id}`)).body.history;
    expect(history.at(-1)).toMatchObject({ event: 'resolved', reason: 'discharged' });
    expect(
      (await call('GET', '/patients')).body.items.map((one: { patient_id: string }) => one.patient_id),
    ).toEqual(['P1']);
    expect((await call('POST', '/patients/P2/transfer', { bed: '9' })).status).toBe(409);
    expect((await call('GET', '/discharges')).body).toMatchObject({
      items: [{ patient_id: 'P2', name: 'Bo', age: null, region: 'West', ward: 'B2', bed: '8' }],
      next: null,
    });
    expect((await call('POST', '/patients', { ...bo, bed: '1' })).status).toBe(201);
    expect((await call('GET', '/discharges')).body.items).toEqual([]);
    expect((await trail()).map(({ action }) => action)).toEqual([
      'admitted',
      'transferred',
      'discharged',
      'admitted',
    ]);
  });

  it('a region left behind keeps no alert of hers', async () => {
    await raise({ priority: 'high' });
    await eventually(async () => expect((await patient()).alerts).toHaveLength(1));
    expect((await call('POST', '/patients/P1/transfer', { region: 'Midwest' })).status).toBe(403);
    const wide = await tokenFor('nurse', ['West', 'Midwest']);
    expect((await call('POST', '/patients/P1/transfer', { region: 'Midwest', ward: 'A' }, wide)).status).toBe(
      200,
    );
    expect(await ports.alerts.open('West', 'P1')).toEqual([]);
    await eventually(async () => expect((await call('GET', '/patients/P1')).status).toBe(404));
  });

  it('a device is one patient’s at a time', async () => {
    await call('POST', '/patients', bo);
    expect((await call('POST', '/patients', { ...bo, patient_id: 'P3' })).status).toBe(409);
    expect((await call('POST', '/patients/P1/transfer', { device_id: 'D2' })).status).toBe(409);
    await call('POST', '/patients/P2/discharge');
    expect((await call('POST', '/patients/P1/transfer', { device_id: 'D2' })).body.device_id).toBe('D2');
    expect((await call('POST', '/patients/P1/transfer', { device_id: null })).body.device_id).toBeNull();
  });

  it('who was discharged is listed, the last first, once and of the regions of the token alone', async () => {
    await ports.directory.put(samplePatient('P7', { state: 'discharged' }));
    await ports.directory.put(samplePatient('P8', { state: 'discharged', region: 'Midwest' }));
    await call('POST', '/patients', bo);
    await call('POST', '/patients/P1/discharge');
    await call('POST', '/patients/P2/discharge');
    const listed = async (query = '') =>
      (await call('GET', `/discharges${query}`)).body.items as {
        patient_id: string;
        discharged_at: string;
      }[];
    const first = await listed();
    expect(first.map((one) => one.patient_id)).toEqual(['P2', 'P1', 'P7']);
    expect(first.map((one) => one.discharged_at === null)).toEqual([false, false, true]);
    await call('POST', '/patients/P1/discharge');
    expect(await listed()).toEqual(first);
    expect(await listed('?limit=1')).toHaveLength(1);
    expect((await call('GET', '/discharges?region=Midwest')).status).toBe(403);
  });

  it('needs a nurse, and a region of the token', async () => {
    expect((await call('POST', '/patients', bo, await tokenFor('viewer'))).status).toBe(403);
    expect((await call('POST', '/patients', { ...bo, region: 'Midwest' })).status).toBe(403);
    expect((await call('POST', '/patients/P1/discharge', undefined, await tokenFor('viewer'))).status).toBe(
      403,
    );
    expect(
      (await call('POST', '/patients/P1/discharge', undefined, await tokenFor('nurse', ['Midwest']))).status,
    ).toBe(404);
    expect(await trail()).toEqual([]);
  });

  it('a discharge from the hospital closes alerts too', async () => {
    const metrics = alertEngineMetrics(createRegistry('test'));
    await applyCondition(sampleCondition(), ports.alerts, systemClock, metrics, () => DEFAULT_POLICY);
    await ports.directory.put({ ...ANA, state: 'discharged' });
    await eventually(async () => expect(await ports.alerts.open('West', 'P1')).toEqual([]));
    expect((await ports.alerts.history('West', sampleCondition().id)).at(-1)).toMatchObject({
      actor: 'system',
      reason: 'discharged',
    });
  });

  it('a patient whom the hospital strikes off leaves no alert open, in whichever region', async () => {
    const metrics = alertEngineMetrics(createRegistry('test'));
    for (const region of ['West', 'Midwest']) {
      const condition = sampleCondition({ id: `of ${region}`, region, priority: 'critical' });
      await applyCondition(condition, ports.alerts, systemClock, metrics, () => DEFAULT_POLICY);
    }
    await ports.directory.remove('P1');
    for (const region of ['West', 'Midwest']) {
      await eventually(async () => expect(await ports.alerts.open(region, 'P1')).toEqual([]));
      expect((await ports.alerts.history(region, `of ${region}`)).at(-1)).toMatchObject({
        actor: 'system',
        reason: 'removed',
      });
    }
  });

  it('one who is struck off and entered anew keeps hers', async () => {
    const metrics = alertEngineMetrics(createRegistry('test'));
    await applyCondition(sampleCondition(), ports.alerts, systemClock, metrics, () => DEFAULT_POLICY);
    await ports.directory.remove('P1');
    await ports.directory.put(ANA);
    await ports.directory.put({ ...ANA, id: 'P9', state: 'discharged' });
    await applyCondition(
      sampleCondition({ patientId: 'P9' }),
      ports.alerts,
      systemClock,
      metrics,
      () => DEFAULT_POLICY,
    );
    await eventually(async () => expect(await ports.alerts.open('West', 'P9')).toEqual([]));
    expect(await ports.alerts.open('West', 'P1')).toHaveLength(1);
  });

  it('what is changed at once is changed one after the other', async () => {
    const changes = await Promise.all([
      call('PUT', '/patients/P1/chart', { supplemental_oxygen: true }),
      call('PUT', '/patients/P1/limits', { oxygen_saturation: { low: 88 } }),
      call('POST', '/patients/P1/transfer', { bed: '5' }),
      call('PUT', '/patients/P1/chart', { consciousness: 'alert' }),
    ]);
    expect(changes.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await ports.directory.get('P1')).toMatchObject({
      bed: '5',
      supplementalOxygen: { value: true },
      limits: { oxygen_saturation: { low: 88 } },
      consciousness: { value: 'alert' },
    });
  });
});
