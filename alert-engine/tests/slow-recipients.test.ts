import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { act } from '../src/actions/actions.ts';
import { DELIVERIES_PIPELINE } from '../src/audit/position.ts';
import { applyCondition } from '../src/conditions/apply.ts';
import type { EscalationSettings } from '../src/escalation/settings.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { CommitSignal } from '../src/live/commit-signal.ts';
import { alertEngineMetrics } from '../src/metrics.ts';
import { Deliveries } from '../src/notify/deliveries.ts';
import { startDispatcher } from '../src/notify/dispatcher.ts';
import { planFor } from '../src/notify/plan.ts';
import { senderFor } from '../src/notify/senders/sender-for.ts';
import { awayWhile } from './away.ts';
import { escalationWith, webhook } from './escalation.ts';
import { startPager, type Pager, type PagerAnswer } from './pager.ts';
import { PARTITIONS, openPorts } from './ports.ts';
import { sampleCondition } from './samples.ts';

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
let pager: Pager;
let attemptsAtMs: number[];
/** Of a recipient, what the pager answers. */
let answerOf: (recipient: string) => PagerAnswer;
let settings: ReplaceableSettings<EscalationSettings>;
let deliveries: Deliveries;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  ports = await openPorts();
  clock = new ManualClock(Date.now());
  startMs = clock.now();
  attemptsAtMs = [];
  answerOf = () => 'nothing';
  pager = await startPager(({ body }) => answerOf(body.recipient as string));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  pager.stop();
  await ports.close();
});

const settingsOf = (recipients: readonly string[], url = pager.url): EscalationSettings =>
  escalationWith(recipients.map((name) => webhook(name, 'nurse', url)).join(''));

const calls = (): Call[] =>
  pager.pages.map(({ body }) => ({ recipient: body.recipient, patientId: body.alert.patient_id }));

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
    await until(() => expect(calls()).toHaveLength(6));
    const gapsS = attemptsAtMs.slice(1).map((atMs, i) => (atMs - attemptsAtMs[i]!) / 1000);
    // 5 s of waiting, and pauses of 0.5, 1, 2, 4 and 8 s.
    for (const [i, gapS] of gapsS.entries()) expect(gapS).toBeGreaterThanOrEqual(5 + 2 ** i / 2);
    expect(statuses(id)).toEqual(['Ann queued']);
    answerOf = () => 204;
    await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
    expect(calls()).toHaveLength(7);
  });

  it('is given up after twelve attempts: a dead letter, and the status is kept', async () => {
    await start(['Ann']);
    const id = await raise();
    await until(() => expect(statuses(id)).toEqual(['Ann failed']), 2_000);
    expect(calls()).toHaveLength(12);
    const minutes = (clock.now() - startMs) / 60_000;
    expect(minutes).toBeGreaterThan(3);
    expect(await deadLetters()).toEqual([
      { reason: 'the webhook does not answer', topic: 'vitalwire.deliveries' },
    ]);
    await until(() => expect(calls()).toHaveLength(12), 60_000);
    // Every engine, and the next start, knows.
    const next = new Deliveries({ log: ports.log, logger });
    await next.start();
    expect(next.ofAlert(id)).toMatchObject([{ status: 'failed', reason: 'the webhook does not answer' }]);
    expect([...next.unsentRecipients()]).toEqual([]);
    await next.stop();
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ status: 'pending' }]);
  });

  it('keeps nobody else from being told, and the most urgent is told first', async () => {
    answerOf = (recipient) => (recipient === 'Ann' ? 'nothing' : 204);
    await start(['Ann', 'Bo']);
    for (let i = 0; i < 6; i++) {
      await raise(`M${i}`, 'medium');
      await clock.advance(1);
    }
    await until(() => expect(calls().filter(({ recipient }) => recipient === 'Bo')).toHaveLength(6));
    await raise('C', 'critical');
    await until(() =>
      expect(calls()).toContainEqual(expect.objectContaining({ recipient: 'Bo', patientId: 'C' })),
    );
    const toAnn = (): string[] => [
      ...new Set(calls().flatMap(({ recipient, patientId }) => (recipient === 'Ann' ? [patientId] : []))),
    ];
    expect(toAnn().toSorted()).toEqual(['M0', 'M1', 'M2', 'M3']);
    answerOf = () => 204;
    await until(() => expect(toAnn()).toHaveLength(7));
    expect(toAnn()[4]).toBe('C');
  });

  it('is not told what somebody has acknowledged meanwhile', async () => {
    await start(['Ann']);
    const id = await raise();
    await until(() => expect(calls()).toHaveLength(2));
    await act({ alerts: ports.alerts, clock, logger, metrics, policyFor }, 'West', id, {
      kind: 'acknowledge',
      actor: 'Bea',
    });
    await until(() => expect(statuses(id)).toEqual(['Ann failed']));
    expect(calls().length).toBeLessThanOrEqual(3);
    expect(deliveries.ofAlert(id)[0]?.reason).toMatch(/^acknowledged/);
    expect(await deadLetters()).toEqual([]);
  });

  it('is reached at the address that the settings name by then', async () => {
    await start(['Ann']);
    const id = await raise();
    await until(() => expect(calls()).toHaveLength(2));
    const other = await startPager(() => 204);
    cleanups.push(() => other.stop());
    settings.replace(settingsOf(['Ann'], other.url));
    await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
    expect(calls().length).toBeLessThanOrEqual(3);
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
  expect(calls()).toHaveLength(1);
  expect(await deadLetters()).toEqual([]);
});

it('whom a store that was away kept from being told is told: the plan does not remember what never became durable', async () => {
  answerOf = () => 204;
  let away = 1;
  const alerts = awayWhile(ports.alerts, (method) => method === 'get' && away-- > 0);
  await start(['Ann'], alerts);
  const id = await raise();
  await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
  expect(away).toBeLessThan(0);
});

it('a crash before anybody was told is not a first start, which tells nobody of what was before', async () => {
  answerOf = () => 204;
  await start(['Ann']);
  await until(() => expect(calls()).toEqual([]));
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  const id = await raise();
  await start(['Ann']);
  await until(() => expect(statuses(id)).toEqual(['Ann delivered']));
});
