import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { act } from '../src/actions/actions.ts';
import { DELIVERIES_PIPELINE } from '../src/audit/position.ts';
import { applyCondition } from '../src/conditions/apply.ts';
import { parseEscalationSettings, type EscalationSettings } from '../src/escalation/settings.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { CommitSignal } from '../src/live/commit-signal.ts';
import { alertEngineMetrics } from '../src/metrics.ts';
import { Deliveries } from '../src/notify/deliveries.ts';
import { startDispatcher } from '../src/notify/dispatcher.ts';
import { planFor } from '../src/notify/plan.ts';
import { senderFor } from '../src/notify/senders/sender-for.ts';
import { PARTITIONS, openPorts } from './ports.ts';
import { sampleCondition } from './samples.ts';

const yaml = readFileSync(new URL('../config/escalation.yaml', import.meta.url), 'utf8');
const metrics = alertEngineMetrics(createRegistry('test'));
const logger = createLogger('test', 'silent');
const policyFor = () => DEFAULT_POLICY;

interface Call {
  readonly recipient: string;
  readonly patientId: string;
}

let ports: Awaited<ReturnType<typeof openPorts>>;
let clock: ManualClock;
let startMs: number;
let pager: Server;
let calls: Call[];
let attemptsAtMs: number[];
/** Of a recipient, what the pager answers; undefined: it takes the call and says nothing, ever. */
let answerOf: (recipient: string) => number | undefined;
let settings: ReplaceableSettings<EscalationSettings>;
let deliveries: Deliveries;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  ports = await openPorts();
  clock = new ManualClock(Date.now());
  startMs = clock.now();
  calls = [];
  attemptsAtMs = [];
  answerOf = () => undefined;
  pager = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { recipient, alert } = JSON.parse(text) as { recipient: string; alert: { patient_id: string } };
      calls.push({ recipient, patientId: alert.patient_id });
      const status = answerOf(recipient);
      if (status !== undefined) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => pager.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  pager.closeAllConnections();
  pager.close();
  await ports.close();
});

const settingsOf = (recipients: readonly string[], url = pagerUrl()): EscalationSettings =>
  parseEscalationSettings(
    yaml.replace(
      'recipients: []',
      `recipients:\n${recipients
        .map((name) => `  - { name: ${name}, role: nurse, webhook: { url: "${url}", secret_env: PAGER } }`)
        .join('\n')}`,
    ),
  );
const pagerUrl = (): string => `http://127.0.0.1:${(pager.address() as AddressInfo).port}/`;

async function start(recipients: readonly string[], alerts: AlertStore = ports.alerts): Promise<void> {
  settings = new ReplaceableSettings(settingsOf(recipients));
  deliveries = new Deliveries({ log: ports.log, logger });
  await deliveries.start();
  const commits = new CommitSignal(clock);
  await commits.listenTo(ports.alerts);
  const send = senderFor(settings, clock, () => new Map(recipients.map((name) => [name, 'a secret'])));
  const dispatcher = startDispatcher({
    log: ports.log,
    alerts,
    checkpoints: ports.checkpoints,
    commits,
    deliveries,
    newPlan: () => planFor(settings, () => undefined),
    stationFor: () => undefined,
    recipients: () => settings.current().recipients,
    send: (...given) => {
      attemptsAtMs.push(clock.now());
      return send(...given);
    },
    regions: ['West'],
    clock,
    logger,
    metrics,
    random: () => 1,
  });
  // What is raised before it stands somewhere is told to nobody.
  await eventually(async () => {
    await clock.advance(0);
    expect(await ports.checkpoints.load(DELIVERIES_PIPELINE, 0)).toBeDefined();
  });
  cleanups.push(
    () => deliveries.stop(),
    async () => {
      const stopped = dispatcher.stop().then(() => true);
      // At most this long, whoever does not answer.
      await clock.advance(500);
      expect(await stopped).toBe(true);
    },
  );
}

async function raise(patientId = 'P1', priority: Priority = 'critical'): Promise<string> {
  const condition = sampleCondition({ patientId, priority, atMs: clock.now() });
  await applyCondition(condition, ports.alerts, clock, metrics, policyFor);
  return condition.id;
}

const statuses = (alertId: string): string[] =>
  deliveries.ofAlert(alertId).map(({ recipient, status }) => `${recipient} ${status}`);

/** Manual time creeps on until it is so: how long sockets and stores take is nobody's business. */
const until = (assertion: () => void, stepMs = 250): Promise<void> =>
  eventually(async () => {
    await clock.advance(stepMs);
    assertion();
  });

async function deadLetters(): Promise<unknown[]> {
  const found = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) =>
      ports.log.read({ topic: TOPICS.deadLetters.name, partition, offset: 0 }, 10),
    ),
  );
  return found.flat().map(({ headers }) => headers);
}

describe('a webhook receiver that hangs', () => {
  it('is given 5 s, then tried again, pausing longer each time', async () => {
    await start(['Ann']);
    const id = await raise();
    await until(() => expect(calls).toHaveLength(6));
    const gapsS = attemptsAtMs.slice(1).map((atMs, i) => (atMs - attemptsAtMs[i]!) / 1000);
    // 5 s of waiting, and pauses of 0.5, 1, 2, 4 and 8 s.
    for (const [i, gapS] of gapsS.entries()) expect(gapS).toBeGreaterThanOrEqual(5 + 2 ** i / 2);
    expect(statuses(id)).toEqual(['Ann queued']);
    answerOf = () => 204;
    await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
    expect(calls).toHaveLength(7);
  });

  it('is given up after twelve attempts: a dead letter, and the status is kept', async () => {
    await start(['Ann']);
    const id = await raise();
    await until(() => expect(statuses(id)).toEqual(['Ann failed']), 2_000);
    expect(calls).toHaveLength(12);
    const minutes = (clock.now() - startMs) / 60_000;
    expect(minutes).toBeGreaterThan(3);
    expect(await deadLetters()).toEqual([
      { reason: 'the webhook does not answer', topic: 'vitalwire.deliveries' },
    ]);
    await until(() => expect(calls).toHaveLength(12), 60_000);
    // Every engine, and the next start, knows.
    const next = new Deliveries({ log: ports.log, logger });
    await next.start();
    expect(next.ofAlert(id)).toMatchObject([{ status: 'failed', reason: 'the webhook does not answer' }]);
    expect([...next.unsentRecipients()]).toEqual([]);
    await next.stop();
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ status: 'pending' }]);
  });

  it('keeps nobody else from being told, and the most urgent is told first', async () => {
    answerOf = (recipient) => (recipient === 'Ann' ? undefined : 204);
    await start(['Ann', 'Bo']);
    for (let i = 0; i < 6; i++) {
      await raise(`M${i}`, 'medium');
      await clock.advance(1);
    }
    await until(() => expect(calls.filter(({ recipient }) => recipient === 'Bo')).toHaveLength(6));
    await raise('C', 'critical');
    await until(() =>
      expect(calls).toContainEqual(expect.objectContaining({ recipient: 'Bo', patientId: 'C' })),
    );
    const toAnn = (): string[] => [
      ...new Set(calls.flatMap(({ recipient, patientId }) => (recipient === 'Ann' ? [patientId] : []))),
    ];
    expect(toAnn().toSorted()).toEqual(['M0', 'M1', 'M2', 'M3']);
    answerOf = () => 204;
    await until(() => expect(toAnn()).toHaveLength(7));
    expect(toAnn()[4]).toBe('C');
  });

  it('is not told what somebody has acknowledged meanwhile', async () => {
    await start(['Ann']);
    const id = await raise();
    await until(() => expect(calls).toHaveLength(2));
    await act({ alerts: ports.alerts, clock, logger, metrics, policyFor }, 'West', id, {
      kind: 'acknowledge',
      actor: 'Bea',
    });
    await until(() => expect(statuses(id)).toEqual(['Ann failed']));
    expect(calls.length).toBeLessThanOrEqual(3);
    expect(deliveries.ofAlert(id)[0]?.reason).toMatch(/^acknowledged/);
    expect(await deadLetters()).toEqual([]);
  });

  it('is reached at the address that the settings name by then', async () => {
    await start(['Ann']);
    const id = await raise();
    await until(() => expect(calls).toHaveLength(2));
    const other = createServer((_request, response) => response.writeHead(204).end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => other.close());
    settings.replace(settingsOf(['Ann'], `http://127.0.0.1:${(other.address() as AddressInfo).port}/`));
    await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
    expect(calls.length).toBeLessThanOrEqual(3);
  });
});

it('what was sent is not said to have failed because the log is away', async () => {
  answerOf = () => 204;
  await start(['Ann']);
  const record = deliveries.record.bind(deliveries);
  let away = 3;
  deliveries.record = (...given) => {
    if (given[0]?.status === 'queued' || away-- <= 0) return record(...given);
    return Promise.reject(new Error('the log is away'));
  };
  const id = await raise();
  await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
  expect(away).toBeLessThan(0);
  expect(calls).toHaveLength(1);
  expect(await deadLetters()).toEqual([]);
});

it('whom a store that was away kept from being told is told: the plan does not remember what never became durable', async () => {
  answerOf = () => 204;
  let away = 1;
  const alerts = new Proxy(ports.alerts, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown =>
        name === 'get' && away-- > 0
          ? Promise.reject(new VitalwireError('unavailable', 'away', { retriable: true }))
          : (value.apply(target, given) as unknown);
    },
  });
  await start(['Ann'], alerts);
  const id = await raise();
  await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
  expect(away).toBeLessThan(0);
});

it('a crash before anybody was told is not a first start, which tells nobody of what was before', async () => {
  answerOf = () => 204;
  await start(['Ann']);
  await until(() => expect(calls).toEqual([]));
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  const id = await raise();
  await start(['Ann']);
  await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
});
