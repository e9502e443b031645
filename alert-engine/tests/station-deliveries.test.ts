import type { Role } from '@vitalwire/core/identity/token.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertEngine } from '../src/start.ts';
import { startEngine, tokenFor } from './engine.ts';
import { openPorts } from './ports.ts';
import { conditionRecord, sampleCondition } from './samples.ts';
import { Station } from './station.ts';

let ports: Awaited<ReturnType<typeof openPorts>>;
let engine: AlertEngine;
let stations: Station[];

beforeEach(async () => {
  ports = await openPorts();
  engine = await startEngine(ports);
  stations = [];
});
afterEach(async () => {
  for (const station of stations) await station.leave();
  await engine.stop();
  await ports.close();
});

async function join(role: Role, hello: object = {}, autoPong = true): Promise<Station> {
  const station = await Station.join(engine.port, { token: await tokenFor(role), ...hello }, { autoPong });
  stations.push(station);
  return station;
}

const raise = (changes: Parameters<typeof sampleCondition>[0] = {}) =>
  ports.log.append([conditionRecord(sampleCondition(changes))]);

async function ask(path: string, method = 'GET', role: Role = 'nurse'): Promise<Response> {
  return fetch(`http://127.0.0.1:${engine.port}/api/alerts/${sampleCondition().id}${path}`, {
    method,
    headers: { authorization: `Bearer ${await tokenFor(role)}` },
  });
}

async function deliveries() {
  const { deliveries: all = [] } = (await (await ask('')).json()) as {
    deliveries?: { id: string; recipient: string; step: number; status: string; actor: string }[];
  };
  return all;
}
const become = (...expected: string[]): Promise<unknown> =>
  eventually(async () =>
    expect(
      (await deliveries()).map((one) => `${one.recipient} ${one.step} ${one.status} ${one.actor}`),
    ).toEqual(expected),
  );
const aMoment = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 150));

it('a station of the role that was sent the alert makes it delivered, and acknowledging makes it seen', async () => {
  await join('nurse');
  await raise();
  await become('stations:nurse 0 delivered nurse Ann');
  expect((await ask('/acknowledge', 'POST', 'physician')).status).toBe(200);
  await become('stations:nurse 0 seen physician Ann');
});

it('of another role, or that answers no ping, or that is not shown the patient, it does not; one that joins does', async () => {
  await join('physician');
  const deaf = await join('nurse', {}, false);
  await join('nurse', { patients: ['P9'] });
  await raise();
  await deaf.next('alert');
  await become('stations:nurse 0 queued system');
  await aMoment();
  await become('stations:nurse 0 queued system');
  await join('nurse');
  await become('stations:nurse 0 delivered nurse Ann');
});

it('what no station had when the alert is resolved failed', async () => {
  await raise();
  await become('stations:nurse 0 queued system');
  await raise({ event: 'ended', revision: 2 });
  await become('stations:nurse 0 failed system');
  await join('nurse');
  await aMoment();
  await become('stations:nurse 0 failed system');
});

it('a nurse who refuses has the next role told at once', async () => {
  await join('nurse');
  await join('charge_nurse');
  await raise({ priority: 'high' });
  await become('stations:nurse 0 delivered nurse Ann');
  const [delivery] = await deliveries();
  expect((await ask(`/deliveries/${delivery?.id}/refused`, 'POST')).status).toBe(200);
  await become('stations:nurse 0 refused nurse Ann', 'stations:charge_nurse 1 delivered charge_nurse Ann');
});

it('many alerts at once are all delivered, also to a station that comes back for them', async () => {
  const station = await join('nurse');
  const patients = Array.from({ length: 100 }, (_, n) => `P${n}`);
  const { cursor } = station;
  await station.leave();
  stations = [];
  await ports.log.append(patients.map((patientId) => conditionRecord(sampleCondition({ patientId }))));
  await eventually(async () => expect((await ports.alerts.snapshot(['West'])).alerts).toHaveLength(100));
  await join('nurse', { since: cursor });
  await become('stations:nurse 0 delivered nurse Ann');
});

it('a demonstration is delivered to nobody', async () => {
  await join('nurse');
  await raise({ mode: 'demo' });
  await stations[0]?.next('alert');
  await aMoment();
  expect(await deliveries()).toEqual([]);
});
