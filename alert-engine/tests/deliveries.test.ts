import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EscalationSettings } from '../src/escalation/settings.ts';
import { signature } from '../src/notify/senders/webhook.ts';
import type { AlertEngine } from '../src/start.ts';
import { awayWhile } from './away.ts';
import { startEngine, tokenFor } from './engine.ts';
import { escalationWith, webhook as webhookOf } from './escalation.ts';
import { startPager, type Page, type Pager, type PagerAnswer } from './pager.ts';
import { PARTITIONS, openPorts } from './ports.ts';
import { conditionRecord, sampleCondition } from './samples.ts';

const SECRET = 'between the engine and the pager';

let ports: Awaited<ReturnType<typeof openPorts>>;
let engine: AlertEngine;
let pager: Pager;
let received: readonly Page[];
/** What the pager answers, in turn; then 204. */
let answers: PagerAnswer[];
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  ports = await openPorts();
  answers = [];
  pager = await startPager(() => answers.shift() ?? 204);
  received = pager.pages;
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  pager.stop();
  await ports.close();
});

const webhook = (name: string, role: string): string => webhookOf(name, role, pager.url);
const settings = (recipients = webhook('Ann', 'nurse'), changes: [string, string][] = []) =>
  escalationWith(recipients, changes);

async function start(
  escalation: EscalationSettings,
  alerts: AlertStore = ports.alerts,
): Promise<AlertEngine> {
  const secretOf = (name: string): string | undefined => (name === 'PAGER' ? SECRET : undefined);
  engine = await startEngine(
    { ...ports, alerts },
    {
      changes: { escalation, secretOf },
    },
  );
  cleanups.push(() => engine.stop());
  return engine;
}

const raise = (changes: Parameters<typeof sampleCondition>[0] = {}) =>
  ports.log.append([conditionRecord(sampleCondition(changes))]);

async function deliveriesOf(id = sampleCondition().id) {
  const response = await fetch(`http://127.0.0.1:${engine.port}/api/alerts/${id}`, {
    headers: { authorization: `Bearer ${await tokenFor('nurse')}` },
  });
  const { deliveries } = (await response.json()) as {
    deliveries: { id: string; recipient: string; status: string; step: number }[];
  };
  return deliveries.filter(({ recipient }) => !recipient.startsWith('stations:'));
}
const statuses = async (): Promise<string[]> =>
  (await deliveriesOf()).map(({ recipient, step, status }) => `${recipient} ${step} ${status}`);

describe('a webhook', () => {
  it('is signed, and its status kept, also what the recipient says', async () => {
    await start(settings());
    await raise();
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 delivered']));
    const [{ headers, text, body } = { headers: {}, text: '', body: {} }] = received;
    expect(headers['x-vitalwire-signature']).toBe(
      signature(SECRET, String(headers['x-vitalwire-timestamp']), text),
    );
    expect(Math.abs(Number(headers['x-vitalwire-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
    expect(body).toMatchObject({ recipient: 'Ann', step: 0, alert: { patient_id: 'P1', signal: 'on' } });
    expect(text).not.toContain(SECRET);
    const [delivery] = await deliveriesOf();
    const say = async (answer: string, id = delivery?.id, role: 'nurse' | 'viewer' = 'nurse') =>
      (
        await fetch(
          `http://127.0.0.1:${engine.port}/api/alerts/${sampleCondition().id}/deliveries/${id}/${answer}`,
          {
            method: 'POST',
            headers: { authorization: `Bearer ${await tokenFor(role)}` },
          },
        )
      ).status;
    expect(await say('seen', delivery?.id, 'viewer')).toBe(403);
    expect(await say('seen', 'other')).toBe(404);
    expect(await say('lost')).toBe(400);
    expect(await say('seen')).toBe(200);
    expect(await statuses()).toEqual(['Ann 0 seen']);
    expect(await say('accepted')).toBe(200);
    expect(await say('seen')).toBe(200);
    expect(await statuses()).toEqual(['Ann 0 accepted']);
    // Accepting is not acknowledging.
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ status: 'pending' }]);
  });

  it('that is ill is tried again until it is well', async () => {
    answers = [503, 'hang_up', 429];
    await start(settings());
    await raise();
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 delivered']));
    expect(new Set(received.map(({ body }) => body.delivery)).size).toBe(1);
    expect(received).toHaveLength(4);
  });

  it('that will not have it leaves it among the dead letters, and holds up nothing', async () => {
    answers = [400];
    await start(settings());
    await raise();
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 failed']));
    expect(received).toHaveLength(1);
    const letters = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) =>
        ports.log.read({ topic: TOPICS.deadLetters.name, partition, offset: 0 }, 10),
      ),
    );
    expect(letters.flat()).toMatchObject([{ headers: { reason: 'the webhook answered 400' } }]);
    await raise({ patientId: 'P2' });
    await eventually(() => expect(received.map(({ body }) => body.alert.patient_id)).toEqual(['P1', 'P2']));
  });

  it('without its secret refuses the start', async () => {
    const escalation = settings(webhook('Ann', 'nurse'));
    const changes = { escalation, secretOf: () => undefined };
    await expect(startEngine(ports, { changes })).rejects.toThrow('recipient Ann: PAGER is not set');
  });
});

describe('a signed callback', () => {
  const nowS = (): number => Date.now() / 1000;
  async function callBack(body: object, changes: { secret?: string; atS?: number; text?: string } = {}) {
    const text = JSON.stringify(body);
    const timestamp = String(changes.atS ?? nowS());
    const response = await fetch(`http://127.0.0.1:${engine.port}/callbacks/deliveries`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vitalwire-timestamp': timestamp,
        'x-vitalwire-signature': signature(changes.secret ?? SECRET, timestamp, text),
      },
      body: changes.text ?? text,
    });
    return response.status;
  }
  const told = async (): Promise<string> => {
    await raise({ priority: 'critical' });
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 delivered']));
    return received[0]?.body.delivery as string;
  };

  it('says what became of it; one that is forged, old or of nothing is not taken, and one said again changes nothing', async () => {
    await start(settings());
    const delivery = await told();
    const seen = { delivery, answer: 'seen', by: 'Bea' };
    expect(await callBack(seen, { secret: 'another' })).toBe(401);
    expect(await callBack(seen, { atS: nowS() - 301 })).toBe(401);
    expect(await callBack(seen, { atS: nowS() + 301 })).toBe(401);
    expect(await callBack(seen, { text: JSON.stringify({ ...seen, answer: 'refused' }) })).toBe(401);
    expect(await callBack({ ...seen, delivery: 'another' })).toBe(401);
    expect(await callBack({ ...seen, answer: 'lost' })).toBe(400);
    expect(await callBack({}, { text: 'no JSON' })).toBe(400);
    expect(await statuses()).toEqual(['Ann 0 delivered']);
    expect(await callBack(seen)).toBe(200);
    expect(await deliveriesOf()).toMatchObject([{ status: 'seen', actor: 'Bea (Ann)' }]);
    const refusedAtS = nowS();
    expect(await callBack({ ...seen, answer: 'refused' }, { atS: refusedAtS })).toBe(200);
    expect(await callBack({ ...seen, answer: 'accepted' }, { atS: refusedAtS + 1 })).toBe(200);
    expect(await callBack({ ...seen, answer: 'refused' }, { atS: refusedAtS })).toBe(200);
    expect(await statuses()).toEqual(['Ann 0 accepted']);
  });

  it('that refuses tells the next of the chain at once', async () => {
    await start(settings(webhook('Ann', 'nurse') + webhook('Cy', 'charge_nurse')));
    const delivery = await told();
    const atS = nowS();
    expect(await callBack({ delivery, answer: 'refused', reason: 'in theatre' }, { atS })).toBe(200);
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 refused', 'Cy 1 delivered']));
    const history = await ports.alerts.history('West', sampleCondition().id);
    expect(history.at(-1)).toMatchObject({ event: 'escalated', reason: 'refused', actor: 'Ann' });
    expect(await callBack({ delivery, answer: 'refused' }, { atS })).toBe(200);
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ escalationStep: 1 }]);
  });

  it('that refuses while the store is away is said again, and then passed on', async () => {
    let away = true;
    const alerts = awayWhile(
      ports.alerts,
      (method, [event]) => away && method === 'commit' && (event as AlertEvent).reason === 'refused',
    );
    await start(settings(), alerts);
    const refusal = { delivery: await told(), answer: 'refused' };
    const atS = nowS();
    expect(await callBack(refusal, { atS })).toBe(503);
    expect(await statuses()).toEqual(['Ann 0 refused']);
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ escalationStep: 0 }]);
    away = false;
    expect(await callBack(refusal, { atS })).toBe(200);
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ escalationStep: 1 }]);
  });

  it('that refuses tells nobody while another of the same step has accepted', async () => {
    await start(settings(webhook('Ann', 'nurse') + webhook('Bo', 'nurse') + webhook('Cy', 'charge_nurse')));
    await raise({ priority: 'critical' });
    await eventually(async () => expect(await statuses()).toHaveLength(2));
    const [one, other] = await deliveriesOf();
    expect(await callBack({ delivery: one?.id, answer: 'accepted' })).toBe(200);
    expect(await callBack({ delivery: other?.id, answer: 'refused' })).toBe(200);
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ escalationStep: 0 }]);
  });
});

describe('the chain', () => {
  it('is told step by step until somebody acknowledges', async () => {
    const recipients = webhook('Ann', 'nurse') + webhook('Cy', 'charge_nurse') + webhook('Dr', 'physician');
    await start(settings(recipients, [['medium: 300, high: 60', 'medium: 0.3, high: 60']]));
    await raise();
    await eventually(() =>
      expect(received.map(({ body }) => `${body.recipient} ${body.step}`)).toEqual(['Ann 0', 'Cy 1', 'Dr 2']),
    );
  });

  it('is told of nothing in a demonstration', async () => {
    await start(settings());
    await raise({ mode: 'demo' });
    await raise({ patientId: 'P2' });
    await eventually(() => expect(received.map(({ body }) => body.alert.patient_id)).toEqual(['P2']));
  });
});

describe('a crash', () => {
  it('before the sending leaves it to the next start, which sends it', async () => {
    answers = Array.from({ length: 50 }, () => 503);
    const dying = await start(settings());
    await raise();
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 queued']));
    await dying.stop();
    const before = received.length;
    answers = [];
    await start(settings());
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 delivered']));
    expect(received.length).toBe(before + 1);
    expect(new Set(received.map(({ body }) => body.delivery)).size).toBe(1);
  });

  it('after it is not told again by a start that knows', async () => {
    const first = await start(settings());
    await raise();
    await eventually(async () => expect(await statuses()).toEqual(['Ann 0 delivered']));
    await first.stop();
    await start(settings());
    await raise({ patientId: 'P2' });
    await eventually(() => expect(received.map(({ body }) => body.alert.patient_id)).toEqual(['P1', 'P2']));
  });

  it('what was acknowledged while nobody led is told to nobody', async () => {
    const first = await start(settings());
    await raise();
    await eventually(() => expect(received).toHaveLength(1));
    await first.stop();
    const { applyCondition } = await import('../src/conditions/apply.ts');
    const { act } = await import('../src/actions/actions.ts');
    const { DEFAULT_POLICY } = await import('../src/lifecycle/policy.ts');
    const { alertEngineMetrics } = await import('../src/metrics.ts');
    const { createRegistry } = await import('@vitalwire/core/runtime/metrics.ts');
    const { createLogger } = await import('@vitalwire/core/runtime/logger.ts');
    const { systemClock: clock } = await import('@vitalwire/core/runtime/clock.ts');
    const metrics = alertEngineMetrics(createRegistry('test'));
    const policyFor = () => DEFAULT_POLICY;
    const heard = sampleCondition({ patientId: 'P2' });
    await applyCondition(heard, ports.alerts, clock, metrics, policyFor);
    const deps = { alerts: ports.alerts, clock, logger: createLogger('test', 'silent'), metrics, policyFor };
    await act(deps, 'West', heard.id, { kind: 'acknowledge', actor: 'Ann' });
    await applyCondition(sampleCondition({ patientId: 'P3' }), ports.alerts, clock, metrics, policyFor);
    await start(settings());
    await eventually(() => expect(received.map(({ body }) => body.alert.patient_id)).toEqual(['P1', 'P3']));
  });
});

describe('email', () => {
  /** A mail relay on the loopback that is sent each line of its client, and the settings that name it. */
  async function relay(answer: (line: string, socket: Socket) => void): Promise<EscalationSettings> {
    const server = createServer((socket) => {
      socket.write('220 relay\r\n');
      socket.on('error', () => {});
      createInterface({ input: socket, crlfDelay: Infinity }).on('line', (line) => {
        if (line === 'QUIT') socket.end('221 bye\r\n');
        else answer(line, socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    return settings('  - { name: On call, role: nurse, email: oncall@hospital.example }\n', [
      ['# smtp: { host: localhost, port: 25,', `smtp: { host: 127.0.0.1, port: ${port},`],
    ]);
  }

  it('goes through a plain relay', async () => {
    const lines: string[] = [];
    let inData = false;
    await start(
      await relay((line, socket) => {
        lines.push(line);
        if (inData && line !== '.') return;
        inData = line === 'DATA';
        socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
      }),
    );
    await raise();
    await eventually(async () => expect(await statuses()).toEqual(['On call 0 delivered']));
    expect(lines).toContain('RCPT TO:<oncall@hospital.example>');
    expect(lines.find((line) => line.startsWith('Subject:'))).toBe('Subject: medium alarm, West');
    expect(lines.join('\n')).toContain('Patient: P1');
  });

  it('to somebody whom the relay does not know fails at once', async () => {
    let recipients = 0;
    await start(
      await relay((line, socket) => {
        if (line.startsWith('RCPT')) recipients++;
        socket.write(line.startsWith('RCPT') ? '550 nobody of that name\r\n' : '250 ok\r\n');
      }),
    );
    await raise();
    await eventually(async () => expect(await statuses()).toEqual(['On call 0 failed']));
    expect(recipients).toBe(1);
  });
});
