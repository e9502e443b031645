/** Staff whom the hospital's own sign-in knows: on the API and on the WebSocket. */
import { ISSUER_AUDIENCE, startFakeIssuer, type FakeIssuer } from '@vitalwire/core/testing/fake-issuer.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertEngine } from '../src/start.ts';
import { startEngine, tokenFor } from './engine.ts';
import { openPorts } from './ports.ts';
import { Station } from './station.ts';

const ANA = { sub: '4711', preferred_username: 'ana.ruiz', role: 'nurse', regions: ['West'] };

let ports: Awaited<ReturnType<typeof openPorts>>;
let issuer: FakeIssuer;
let engine: AlertEngine;

beforeEach(async () => {
  [ports, issuer] = await Promise.all([openPorts(), startFakeIssuer()]);
  const staffIssuer = { url: issuer.url, audience: ISSUER_AUDIENCE };
  engine = await startEngine(ports, { changes: { staffIssuer } });
});
afterEach(async () => {
  await engine.stop();
  await ports.close();
  issuer.close();
});

const call = (path: string, token: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${engine.port}/api${path}`, { headers: { authorization: `Bearer ${token}` } });

it('are let in with their role and regions, beside those of the deployment', async () => {
  const token = await issuer.token(ANA);
  expect((await call('/patients', token)).status).toBe(200);
  expect((await call('/patients?region=Midwest', token)).status).toBe(403);
  const station = await Station.join(engine.port, { token });
  expect(station.frames[0]).toMatchObject({ type: 'welcome', role: 'nurse' });
  await station.leave();
  expect((await call('/patients', await tokenFor('nurse'))).status).toBe(200);
  const foreign = await issuer.token(ANA, issuer.keys[0], 'payroll');
  expect((await call('/patients', foreign)).status).toBe(401);
});

it('are asked to come again, not signed out, while nobody can say who they are', async () => {
  issuer.answerWith(500);
  const token = await issuer.token(ANA);
  expect((await call('/patients', token)).status).toBe(503);
  const station = await Station.greet(engine.port, { token });
  await eventually(() => expect(station.closeCode).toBe(1001));
});
