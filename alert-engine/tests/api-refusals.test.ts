import { beforeEach, describe, expect, it } from 'vitest';
import { callsOf } from './calls.ts';
import { engineOfEachTest } from './engine-of-each-test.ts';
import { tokenFor } from './engine.ts';
import { sampleCondition, sampleVitals } from './samples.ts';

const each = engineOfEachTest();
const { raise, start } = each;
const { call, post } = callsOf(each);
const idOf = (patientId: string, changes = {}) => sampleCondition({ patientId, ...changes }).id;

describe('tokens and regions', () => {
  beforeEach(() => start());

  it('without a token there is nothing', async () => {
    const { body: openapi } = await call('/api/openapi.json', { token: '' });
    const paths = Object.entries<Record<string, unknown>>(openapi.paths);
    expect(paths.length).toBeGreaterThanOrEqual(10);
    for (const [path, methods] of paths) {
      for (const method of Object.keys(methods)) {
        const answer = await call(path.replaceAll(/\{\w+\}/g, 'x'), { method, token: '' });
        expect(answer.status, `${method} ${path}`).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
        expect(answer.type).toContain('application/problem+json');
      }
    }
  });

  it('a token that has expired, or is not ours, is 401 and never quoted', async () => {
    for (const token of [await tokenFor('nurse', ['West'], '-1s'), `${each.token}x`, 'nonsense']) {
      const answer = await call('/api/alerts', { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
      expect(answer.text).not.toContain(token);
    }
  });

  it('a region outside the token is 403, a patient or an alert there is 404', async () => {
    await raise('M1', 'Midwest');
    await each.ports.live.publishVitals([sampleVitals('M1', { region: 'Midwest' })]);
    for (const path of [
      '/api/patients?region=Midwest',
      '/api/alerts?region=Midwest',
      '/api/regions/Midwest/stats',
    ]) {
      expect((await call(path)).status, path).toBe(403);
    }
    const unknown = await call('/api/patients/nobody');
    for (const path of ['', '/vitals', '/trends?vital=heartbeat', '/risk']) {
      const answer = await call(`/api/patients/M1${path}`);
      expect(answer.status, path).toBe(404);
      expect(answer.body.detail).toBe(unknown.body.detail);
    }
    const id = idOf('M1');
    expect((await call(`/api/alerts/${id}`)).status).toBe(404);
    expect((await post(`/api/alerts/${id}/acknowledge`)).status).toBe(404);
    expect((await call('/api/patients')).body.items).toEqual([]);
    expect((await call('/api/alerts')).body.items).toEqual([]);
    const wide = await tokenFor('nurse', ['West', 'Midwest']);
    expect((await call('/api/alerts', { token: wide })).body.items).toHaveLength(1);
    const nowhere = await tokenFor('admin', ['Atlantis']);
    for (const path of ['/api/alerts', '/api/patients']) {
      expect((await call(path, { token: nowhere })).body).toEqual({ items: [], next: null });
    }
  });
});

describe('what is asked wrongly', () => {
  beforeEach(() => start());

  it.each([
    ['/api/alerts?status=gone', 400],
    ['/api/alerts?from=yesterday', 400],
    ['/api/alerts?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 400],
    ['/api/alerts?limit=0', 400],
    ['/api/alerts?limit=100000', 400],
    ['/api/alerts?priority=5', 400],
    ['/api/alerts?after=%00nonsense', 400],
    ['/api/patients/P1/vitals?from=yesterday', 400],
    ['/api/patients/P1/vitals?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 400],
    ['/api/patients/P1/vitals?resolution=1s', 400],
    ['/api/patients/P1/vitals?after=nonsense', 400],
    ['/api/patients/P1/trends?vital=pulse', 400],
    ['/api/patients/P1/trends?vital=mood', 400],
    ['/api/nothing', 404],
    [`/api/patients/${'x'.repeat(150)}`, 400],
  ])('%s is a %i problem', async (path, status) => {
    await each.ports.live.publishVitals([sampleVitals('P1')]);
    const answer = await call(path);
    expect(answer.status).toBe(status);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, type: expect.stringContaining('urn:vitalwire:problem:') });
  });

  it('names what is wrong', async () => {
    const { body } = await call('/api/alerts?status=gone&limit=0');
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['#/status', '#/limit']);
  });

  it('too large a body is 413, not JSON 400 or 415', async () => {
    const path = `/api/alerts/${idOf('P1')}/resolve`;
    const json = { 'content-type': 'application/json' };
    const large = await post(path, { headers: json, body: JSON.stringify({ reason: 'x'.repeat(20_000) }) });
    expect([large.status, large.type]).toEqual([413, 'application/problem+json']);
    expect((await post(path, { headers: json, body: '{' })).status).toBe(400);
    expect((await post(path, { headers: { 'content-type': 'text/csv' }, body: 'a' })).status).toBe(415);
  });
});

it('what is asked too often is 429', async () => {
  // So seldom that no machine is too slow to ask too often.
  await start({ bounds: { requestsPerSecond: 1 } });
  const answers = await Promise.all(Array.from({ length: 30 }, () => call('/api/alerts')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect((await call('/api/alerts', { token: await tokenFor('admin') })).status).toBe(200);
});
