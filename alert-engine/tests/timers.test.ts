import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { act } from '../src/actions/actions.ts';
import { applyCondition } from '../src/conditions/apply.ts';
import { DEFAULT_POLICY, type LifecyclePolicy } from '../src/lifecycle/policy.ts';
import { CommitSignal } from '../src/live/commit-signal.ts';
import { alertEngineMetrics } from '../src/metrics.ts';
import { startTimers, type TimersDeps } from '../src/timers/scheduler.ts';
import { openPorts } from './ports.ts';
import { sampleCondition } from './samples.ts';

let ports: Awaited<ReturnType<typeof openPorts>>;
let clock: ManualClock;
let policy: LifecyclePolicy;
const running: Service[] = [];

beforeEach(async () => {
  ports = await openPorts();
  clock = new ManualClock();
  policy = DEFAULT_POLICY;
});
afterEach(async () => {
  for (const timers of running.splice(0)) await timers.stop();
  await ports.close();
});

async function depsOfOneEngine(): Promise<TimersDeps> {
  const commits = new CommitSignal(clock);
  await commits.listenTo(ports.alerts);
  return {
    alerts: ports.alerts,
    commits,
    regions: ['West'],
    policyFor: () => policy,
    clock,
    logger: createLogger('test', 'silent'),
    metrics: alertEngineMetrics(createRegistry('test')),
  };
}

async function startEngine(): Promise<Service> {
  const timers = startTimers(await depsOfOneEngine());
  running.push(timers);
  return timers;
}

const condition = sampleCondition({ priority: 'critical' });
const raise = async (): Promise<void> => {
  const { metrics, policyFor } = await depsOfOneEngine();
  await applyCondition(condition, ports.alerts, clock, metrics, policyFor);
};
const history = async (): Promise<string[]> =>
  (await ports.alerts.history('West', condition.id)).map(
    ({ event, reason, atMs }) => `${event} ${reason ?? ''} ${(atMs - Date.UTC(2026, 0, 1)) / 1000}`,
  );

/** Manual time moves on in steps; what it sets off goes through a real store. */
async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    await clock.advance(1_000);
    await ports.alerts.ping();
    await clock.advance(0);
  }
}

/** Manual time creeps on until that much has happened: how long the real store takes is nobody's business. */
async function until(events: number): Promise<void> {
  await eventually(async () => {
    await clock.advance(5);
    expect(await history()).toHaveLength(events);
  });
}

it('an alert nobody sees goes along its chain, once, with two engines', async () => {
  await startEngine();
  await startEngine();
  await raise();
  await clock.advance(29_000);
  expect(await history()).toHaveLength(1);
  await clock.advance(1_000);
  await until(2);
  await clock.advance(29_000);
  expect(await history()).toHaveLength(2);
  await clock.advance(1_000);
  await until(3);
  await pass(60);
  expect(await history()).toHaveLength(3);
  expect((await history()).map((line) => line.replace(/ [\d.]+$/, ''))).toEqual([
    'raised ',
    'escalated not acknowledged in time',
    'escalated not acknowledged in time',
  ]);
});

it('a chain that became shorter ends without a word, and one that is longer again is gone along', async () => {
  await startEngine();
  await raise();
  policy = { ...DEFAULT_POLICY, escalationSteps: 0 };
  await clock.advance(30_000);
  await pass(20);
  expect(await history()).toHaveLength(1);
  policy = DEFAULT_POLICY;
  await pass(1);
  await until(2);
  expect((await history()).at(-1)).toMatch(/^escalated not acknowledged in time/);
});

it('what fell due while no engine ran fires once, late, at the start', async () => {
  await raise();
  await clock.advance(3_600_000);
  await Promise.all([startEngine(), startEngine()]);
  await eventually(async () =>
    expect(await history()).toEqual(['raised  0', expect.stringMatching(/^escalated.* 3600$/)]),
  );
  await pass(20);
  expect(await history()).toHaveLength(2);
});

it('an engine that dies in between leaves the rest to the next', async () => {
  const first = await startEngine();
  await raise();
  await pass(10);
  await first.stop();
  await clock.advance(15_000);
  expect(await history()).toHaveLength(1);
  await startEngine();
  await clock.advance(8_000);
  await until(2);
});

it('an acknowledged alert is reminded of', async () => {
  await startEngine();
  await raise();
  await act(await depsOfOneEngine(), 'West', condition.id, { kind: 'acknowledge', actor: 'Ann' });
  await clock.advance(180_000);
  await until(3);
  expect((await history()).at(-1)).toMatch(/^updated reminder 18\d/);
  expect(await ports.alerts.get('West', condition.id)).toMatchObject({
    status: 'acknowledged',
    remindedAtMs: expect.any(Number),
  });
});

describe('a condition told late', () => {
  const late = (event: 'began' | 'ended') =>
    sampleCondition({
      priority: 'critical',
      event,
      revision: event === 'began' ? 1 : 2,
      atMs: clock.now() - 3_600_000,
    });
  const tell = async (event: 'began' | 'ended'): Promise<void> => {
    const { metrics, policyFor } = await depsOfOneEngine();
    await applyCondition(late(event), ports.alerts, clock, metrics, policyFor);
  };

  it('is held off over the death of an engine, and then sounds', async () => {
    const first = await startEngine();
    await tell('began');
    await pass(4);
    await first.stop();
    await clock.advance(2_000);
    await startEngine();
    await pass(3);
    expect(await history()).toHaveLength(1);
    await clock.advance(1_000);
    await until(2);
    expect((await history())[1]).toMatch(/^updated signal delay passed 1\d/);
    expect(await ports.alerts.get('West', condition.id)).toMatchObject({ late: true, silence: undefined });
  });

  it('and over by then never sounds', async () => {
    await startEngine();
    await tell('began');
    await tell('ended');
    await pass(60);
    expect(await history()).toEqual(['raised  0', 'resolved was over before it could be told 0']);
  });

  it('of what an absent area inhibits ask the store for nothing until the area is back', async () => {
    const { metrics, policyFor } = await depsOfOneEngine();
    const away = sampleCondition({ type: 'region_away', patientId: '' });
    const offline = sampleCondition({ type: 'device_offline' });
    for (const begun of [away, offline]) await applyCondition(begun, ports.alerts, clock, metrics, policyFor);
    expect(await ports.alerts.get('West', offline.id)).toMatchObject({ silence: 'inhibited' });
    const get = vi.spyOn(ports.alerts, 'get');
    await startEngine();
    for (let second = 0; second < 5; second++) await clock.advance(1_000);
    expect(get).not.toHaveBeenCalled();
    const deps = await depsOfOneEngine();
    await act(deps, 'West', away.id, { kind: 'resolve', actor: 'Ann', reason: undefined });
    await eventually(async () => {
      await clock.advance(1_000);
      expect(await ports.alerts.get('West', offline.id)).toMatchObject({ silence: undefined });
    });
  });
});
