import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { temporaryFolder } from '@vitalwire/core/testing/temporary-folder.ts';
import { expect, it } from 'vitest';
import { callsOf } from './calls.ts';
import { engineOfEachTest } from './engine-of-each-test.ts';
import { keepPulse } from './engine.ts';

const each = engineOfEachTest();
const { atEnd, start } = each;
const { call } = callsOf(each);

it('is alive without a token, ready while it can vouch, and counts what it did', async () => {
  await start();
  expect((await call('/healthz', { token: '' })).body).toEqual({ status: 'alive' });
  expect((await call('/readyz', { token: '' })).status).toBe(503);
  atEnd(keepPulse(each.ports));
  await eventually(async () => expect((await call('/readyz', { token: '' })).status).toBe(200));
  await call('/api/patients/P-secret');
  const { text } = await call('/metrics', { token: '' });
  expect(text).toMatch(
    /vitalwire_http_request_duration_seconds_count\{.*route="\/api\/patients\/:id",status="404"\} 1/,
  );
  expect(text).not.toContain('P-secret');
});

it('serves the built station, its routes and nothing else, and says how long to keep it', async () => {
  const folder = temporaryFolder();
  atEnd(() => folder.remove());
  mkdirSync(join(folder.path, 'assets'));
  writeFileSync(join(folder.path, 'index.html'), '<!doctype html><title>station</title>');
  writeFileSync(join(folder.path, 'assets', 'index-Ab12Cd34.js'), 'export {};');
  await start({ changes: { stationRoot: folder.path } });
  const page = await call('/', { token: '' });
  expect(page.text).toContain('station');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  const script = await call('/assets/index-Ab12Cd34.js', { token: '' });
  expect(script.headers.get('cache-control')).toContain('immutable');
  const html = { headers: { accept: 'text/html' }, token: '' };
  expect((await call('/patient/P1', html)).text).toContain('station');
  expect((await call('/assets/gone.js', { token: '' })).status).toBe(404);
  expect((await call('/api/gone', html)).type).toContain('problem+json');
  expect((await call('/..%2f..%2fetc%2fpasswd', { token: '' })).status).toBe(404);
});
