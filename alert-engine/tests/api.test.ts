import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { callsOf, type Answer } from './calls.ts';
import { engineOfEachTest } from './engine-of-each-test.ts';
import { tokenFor } from './engine.ts';
import { sampleCondition, samplePatient, sampleRiskScore, sampleVitals } from './samples.ts';

const HOUR_MS = 3_600_000;
const each = engineOfEachTest();
const { raise, start } = each;
const { call, post } = callsOf(each);
const idOf = (patientId: string, changes = {}) => sampleCondition({ patientId, ...changes }).id;

describe('alerts', () => {
  beforeEach(() => start());

  it('are listed newest first, filtered, and page by page', async () => {
    const onset = (i: number) => Date.UTC(2026, 0, 1, 12, i);
    for (let i = 0; i < 5; i++) await raise(`P${i}`, 'West', { onsetMs: onset(i), atMs: onset(i) });
    await raise('P9', 'West', { priority: 'critical', onsetMs: onset(9), atMs: onset(9) });
    const patients = (answer: Answer): string[] =>
      answer.body.items.map(({ patient_id }: { patient_id: string }) => patient_id);
    expect(patients(await call('/api/alerts'))).toEqual(['P9', 'P4', 'P3', 'P2', 'P1', 'P0']);
    expect(patients(await call('/api/alerts?priority=critical'))).toEqual(['P9']);
    expect(patients(await call('/api/alerts?priority=4'))).toEqual(['P9']);
    expect(patients(await call('/api/alerts?patient=P3&status=pending&type=low_oxygen_saturation'))).toEqual([
      'P3',
    ]);
    expect(patients(await call('/api/alerts?status=resolved'))).toEqual([]);
    const raisedAt = (await call('/api/alerts?patient=P3')).body.items[0].timestamp as string;
    const justAfter = new Date(Date.parse(raisedAt) + 1).toISOString();
    expect(patients(await call(`/api/alerts?patient=P3&from=${raisedAt}&to=${justAfter}`))).toEqual(['P3']);
    expect(patients(await call(`/api/alerts?patient=P3&from=${justAfter}`))).toEqual([]);
    expect(patients(await call(`/api/alerts?patient=P3&to=${raisedAt}`))).toEqual([]);
    const first = await call('/api/alerts?limit=4');
    const second = await call(`/api/alerts?limit=4&after=${encodeURIComponent(first.body.next)}`);
    expect([...patients(first), ...patients(second)]).toEqual(['P9', 'P4', 'P3', 'P2', 'P1', 'P0']);
    expect(second.body.next).toBeNull();
  });

  it('are acknowledged once, by nurses and not by viewers, and say so in their history', async () => {
    await raise('P1');
    const path = `/api/alerts/${idOf('P1')}`;
    const viewer = await tokenFor('viewer');
    expect((await post(`${path}/acknowledge`, { token: viewer })).status).toBe(403);
    expect((await post(`${path}/resolve`, { token: viewer })).status).toBe(403);
    const done = await post(`${path}/acknowledge`, { headers: { 'content-type': 'application/json' } });
    expect(done.body).toMatchObject({ status: 'acknowledged', acknowledged_by: 'nurse Ann', version: 2 });
    const again = await post(`${path}/acknowledge`, { token: await tokenFor('physician') });
    expect(again.body).toEqual(done.body);
    const { body } = await call(path);
    expect(body).toMatchObject({ id: idOf('P1'), status: 'acknowledged' });
    expect(body.history).toMatchObject([
      { event: 'raised', actor: 'system', event_id: `${idOf('P1')}:1` },
      { event: 'acknowledged', actor: 'nurse Ann', reason: null },
    ]);
  });

  it('are resolved by hand only when that silences nothing', async () => {
    await raise('P1');
    const lasting = await post(`/api/alerts/${idOf('P1')}/resolve`);
    expect(lasting.status).toBe(409);
    expect(lasting.body).toMatchObject({ type: 'urn:vitalwire:problem:conflict', status: 409 });
    await raise('P2', 'West', { type: 'signal_lost', value: undefined, threshold: undefined });
    const technical = await post(`/api/alerts/${idOf('P2', { type: 'signal_lost' })}/resolve`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'taken to theatre' }),
    });
    expect(technical.body).toMatchObject({ status: 'resolved', resolved_by: 'nurse Ann', kind: 'technical' });
    const { body } = await call(`/api/alerts/${technical.body.id}`);
    expect(body.history.at(-1)).toMatchObject({ event: 'resolved', reason: 'taken to theatre' });
  });
});

describe('patients', () => {
  beforeEach(() => start());

  it('come from the directory, the live vitals and the alerts, by id', async () => {
    await each.ports.directory.put(samplePatient('P2'));
    await each.ports.live.publishVitals([sampleVitals('P1')]);
    await raise('P3');
    const { body } = await call('/api/patients');
    expect(body.items).toMatchObject([
      { patient_id: 'P1', name: null, vitals: { heartbeat: { value: 72 } } },
      { patient_id: 'P2', name: 'Ada', vitals: {} },
      { patient_id: 'P3', alerts: [{ status: 'pending' }] },
    ]);
    const page = await call('/api/patients?limit=2');
    expect(page.body.next).toBe('P2');
    expect((await call('/api/patients?limit=2&after=P2')).body).toMatchObject({
      items: [{ patient_id: 'P3' }],
      next: null,
    });
    const { body: one } = await call('/api/patients/P2');
    expect(one).toMatchObject({ primary_doctor: 'Dr. B', risk_level: 'high' });
    expect(one.limits.oxygen_saturation).toEqual({
      low: [
        { priority: 'medium', limit: 90 },
        { priority: 'critical', limit: 80 },
      ],
      high: [],
    });
  });

  it('have vitals over time from the tier that fits, page by page', async () => {
    const nowMs = Date.now();
    const startMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOUR_MS;
    await each.ports.timeSeries.writeRaw(
      Array.from({ length: 10 }, (_, i) => ({
        patientId: 'P1',
        // Two devices measure at the same moment.
        deviceId: `D${i % 2}`,
        region: 'West',
        atMs: startMs + Math.floor(i / 2) * 1000,
        vitals: { ...noVitals(), heartbeat: 60 + i, temperature: 98.6 },
        validity: i === 0 ? { heartbeat: 'questionable' as const } : {},
        mode: 'real' as const,
        clockCorrectionMs: 0,
        ...(i === 0 ? { receivedAtMs: startMs + 600_000 } : {}),
      })),
    );
    await each.ports.timeSeries.writeWindows(
      (['5m', '1h'] as const).map((tier) => ({
        tier,
        patientId: 'P1',
        region: 'West',
        startMs,
        vitals: { heartbeat: { mean: 64.5, min: 60, max: 69, count: 10 } },
      })),
    );
    const from = (ms: number) => `from=${new Date(ms).toISOString()}`;
    const raw = await call(`/api/patients/P1/vitals?${from(startMs)}`);
    expect(raw.body).toMatchObject({ patient_id: 'P1', resolution: 'raw', next: null });
    expect(raw.body.points).toHaveLength(10);
    expect(raw.body.points[0]).toEqual({
      at: new Date(startMs).toISOString(),
      device_id: 'D0',
      heartbeat: 60,
      temperature: 98.6,
      validity: { heartbeat: 'questionable' },
      received_at: new Date(startMs + 600_000).toISOString(),
    });
    const paged: number[] = [];
    let after = '';
    do {
      const { body } = await call(`/api/patients/P1/vitals?${from(startMs)}&limit=1${after}`);
      paged.push(...body.points.map(({ heartbeat }: { heartbeat: number }) => heartbeat));
      after = body.next === null ? '' : `&after=${body.next}`;
    } while (after !== '');
    expect(paged.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => 60 + i));
    const week = await call(`/api/patients/P1/vitals?${from(nowMs - 7 * 24 * HOUR_MS)}`);
    expect(week.body).toMatchObject({
      resolution: '5m',
      points: [{ heartbeat: 64.5, heartbeat_min: 60, heartbeat_max: 69, heartbeat_count: 10 }],
    });
    expect((await call(`/api/patients/P1/vitals?${from(nowMs - 365 * 24 * HOUR_MS)}`)).body.resolution).toBe(
      '1h',
    );
    expect(
      (
        await call(
          `/api/patients/P1/vitals?${from(nowMs - 20 * 24 * HOUR_MS)}&to=${new Date(nowMs - 20 * 24 * HOUR_MS + HOUR_MS).toISOString()}`,
        )
      ).body.resolution,
    ).toBe('5m');
  });

  it('have trends, a score and regional statistics', async () => {
    await each.ports.live.publishVitals([sampleVitals('P1')]);
    expect((await call('/api/patients/P1/risk')).status).toBe(404);
    const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const trend = {
      patientId: 'P1',
      hourMs,
      min: 60,
      max: 80,
      mean: 70,
      standardDeviation: 2.5,
      count: 3600,
    };
    await each.ports.analytics.writeTrends([
      { ...trend, vital: 'heartbeat' },
      { ...trend, vital: 'heartbeat', hourMs: hourMs - HOUR_MS },
      { ...trend, vital: 'respiratory_rate', hourMs: hourMs - HOUR_MS },
    ]);
    await each.ports.analytics.writeRiskScores([
      sampleRiskScore({
        atMs: hourMs,
        score: 7,
        alertLevel: 'high',
        factors: { pulse: 3 },
        sources: ['D1'],
        partial: true,
        assumed: ['consciousness'],
      }),
    ]);
    await each.ports.analytics.writeRegionalStatistics([
      { region: 'West', hourMs, averageRiskScore: 3.5, highRisk: 1, mediumRisk: 2, lowRisk: 3 },
    ]);
    const hour = new Date(hourMs).toISOString();
    const of = (items: { vital: string; hour: string }[]) =>
      items.map((one) => [one.vital, one.hour === hour]);
    expect(of((await call('/api/patients/P1/trends')).body.items)).toEqual([
      ['heartbeat', false],
      ['respiratory_rate', false],
      ['heartbeat', true],
    ]);
    expect((await call(`/api/patients/P1/trends?vital=heartbeat&from=${hour}`)).body.items).toEqual([
      {
        vital: 'heartbeat',
        hour,
        min_value: 60,
        max_value: 80,
        avg_value: 70,
        std_deviation: 2.5,
        sample_count: 3600,
      },
    ]);
    expect((await call('/api/patients/P1/risk')).body).toMatchObject({
      risk_score: 7,
      partial: true,
      assumed: ['consciousness'],
    });
    expect((await call('/api/regions/West/stats')).body.items).toMatchObject([
      { hour, high_risk_count: 1, avg_risk_score: 3.5 },
    ]);
  });
});

it('answers as the OpenAPI document says', async () => {
  await start();
  await each.ports.live.publishVitals([sampleVitals('P1')]);
  await raise('P1');
  const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  await each.ports.analytics.writeRiskScores([sampleRiskScore({ atMs: hourMs })]);
  const { body: openapi } = await call('/api/openapi.json');
  expect(openapi.openapi).toBe('3.1.0');
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(openapi, 'openapi');
  const checks: [path: string, url: string, method?: string, body?: object][] = [
    ['/api/patients', '/api/patients'],
    ['/api/patients/{id}', '/api/patients/P1'],
    ['/api/patients/{id}/vitals', '/api/patients/P1/vitals'],
    ['/api/patients/{id}/trends', '/api/patients/P1/trends?vital=heartbeat'],
    ['/api/patients/{id}/risk', '/api/patients/P1/risk'],
    ['/api/regions/{region}/stats', '/api/regions/West/stats'],
    ['/api/alerts', '/api/alerts'],
    ['/api/reports/alarm-burden', '/api/reports/alarm-burden'],
    ['/api/alerts', '/api/alerts?status=gone'],
    ['/api/alerts/{id}', `/api/alerts/${idOf('P1')}`],
    ['/api/alerts/{id}', '/api/alerts/none'],
    ['/api/alerts/{id}/acknowledge', `/api/alerts/${idOf('P1')}/acknowledge`, 'post'],
    ['/api/alerts/{id}/resolve', `/api/alerts/${idOf('P1')}/resolve`, 'post'],
    [
      '/api/alerts/{id}/deliveries/{delivery}/{answer}',
      `/api/alerts/${idOf('P1')}/deliveries/none/seen`,
      'post',
    ],
    [
      '/api/patients',
      '/api/patients',
      'post',
      { patient_id: 'P1', name: 'Ana', region: 'West', ward: 'A', bed: '1' },
    ],
    ['/api/patients/{id}/alarm-pause', '/api/patients/P1/alarm-pause', 'post', { seconds: 30 }],
    ['/api/patients/{id}/alarm-pause', '/api/patients/P1/alarm-pause', 'delete'],
    ['/api/patients/{id}/limits', '/api/patients/P1/limits', 'put', { heartbeat: { low: 52 } }],
    ['/api/patients/{id}/limits', '/api/patients/P1/limits', 'put', { heartbeat: { low: 300 } }],
    ['/api/patients/{id}/chart', '/api/patients/P1/chart', 'put', { oxygen_scale: 2 }],
    ['/api/patients/{id}/transfer', '/api/patients/P1/transfer', 'post', { bed: '2' }],
    ['/api/patients/{id}', '/api/patients/P1'],
    ['/api/patients/{id}/discharge', '/api/patients/P1/discharge', 'post'],
    ['/api/discharges', '/api/discharges'],
  ];
  expect(new Set(checks.map(([path]) => path))).toEqual(new Set(Object.keys(openapi.paths)));
  for (const [path, url, method = 'get', body] of checks) {
    const answer = await call(url, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const described = openapi.paths[path][method].responses[answer.status];
    expect(described, `${method} ${url} -> ${answer.status} is described`).toBeDefined();
    if (answer.status === 204) continue;
    const schema = described.content[answer.type.split(';')[0] ?? ''].schema;
    const valid = ajv.validate(schema, answer.body);
    expect(ajv.errors ?? [], `${method} ${url} -> ${answer.status}`).toEqual([]);
    expect(valid).toBe(true);
  }
});
