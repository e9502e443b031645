import { decodeAlertEvent } from '@vitalwire/core/alarms/alert-codec.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUDIT_PIPELINE } from '../src/audit/position.ts';
import { startAuditRelay, type AuditRelayDeps } from '../src/audit/relay.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { applyCondition } from '../src/conditions/apply.ts';
import { CommitSignal } from '../src/live/commit-signal.ts';
import { alertEngineMetrics } from '../src/metrics.ts';
import { awayWhile } from './away.ts';
import { PARTITIONS, openPorts } from './ports.ts';
import { sampleCondition } from './samples.ts';

let ports: Awaited<ReturnType<typeof openPorts>>;
let deps: AuditRelayDeps;
const running: Service[] = [];

beforeEach(async () => {
  ports = await openPorts();
  const commits = new CommitSignal(systemClock);
  await commits.listenTo(ports.alerts);
  deps = {
    log: ports.log,
    alerts: ports.alerts,
    checkpoints: ports.checkpoints,
    commits,
    regions: ['West', 'Midwest'],
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    metrics: alertEngineMetrics(createRegistry('test')),
    random: () => 0.5,
    onFailed: (error) => {
      throw error;
    },
  };
});
afterEach(async () => {
  for (const relay of running.splice(0)) await relay.stop();
  await ports.close();
});

function relay(changes: Partial<AuditRelayDeps> = {}): Service {
  const started = startAuditRelay({ ...deps, ...changes });
  running.push(started);
  return started;
}

async function raise(patientId: string, region = 'West'): Promise<void> {
  await applyCondition(
    sampleCondition({ patientId, region }),
    ports.alerts,
    systemClock,
    deps.metrics,
    () => DEFAULT_POLICY,
  );
}

async function trail(): Promise<string[]> {
  const records = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) =>
      ports.log.read({ topic: TOPICS.lifecycle.name, partition, offset: 0 }, 10_000),
    ),
  );
  return records.flat().map((record) => {
    const event = decodeAlertEvent(record.value ?? new Uint8Array());
    expect(record.key).toBe(event.alert.id);
    expect(record.headers['event_id']).toBe(`${event.alert.id}:${event.alert.version}`);
    return event.alert.patientId;
  });
}

const names = (count: number, prefix = 'P'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('the audit relay', () => {
  it('writes every event of every region, and goes on where it was', async () => {
    await raise('P0');
    await raise('P1', 'Midwest');
    const before = relay();
    await eventually(async () => expect((await trail()).sort()).toEqual(['P0', 'P1']));
    await eventually(async () => expect(await ports.checkpoints.load(AUDIT_PIPELINE, 0)).toBeDefined());
    await before.stop();
    await raise('P2');
    relay();
    await eventually(async () => expect((await trail()).sort()).toEqual(['P0', 'P1', 'P2']));
  });

  it('loses nothing when it dies between the log and its position', async () => {
    const checkpoints: CheckpointStore = {
      load: (pipeline, partition) => ports.checkpoints.load(pipeline, partition),
      save: () => new Promise(() => {}),
      close: async () => {},
    };
    await Promise.all(names(5).map((name) => raise(name)));
    const dying = relay({ checkpoints });
    await eventually(async () => expect(await trail()).toHaveLength(5));
    await dying.stop();
    await raise('P5');
    relay();
    await eventually(async () => expect(new Set(await trail())).toEqual(new Set(names(6))));
  });

  it('loses nothing when it is stopped again and again while alerts are raised', async () => {
    const raising = (async () => {
      for (const name of names(60)) {
        await raise(name);
        await systemClock.sleep(2);
      }
    })();
    for (let life = 0; life < 8; life++) {
      const living = relay();
      await systemClock.sleep(10);
      await living.stop();
    }
    await raising;
    relay();
    await eventually(async () => expect(new Set(await trail())).toEqual(new Set(names(60))));
  });

  it('waits for a log that is away', async () => {
    let failures = 3;
    const log = awayWhile(ports.log, (method) => method === 'append' && failures-- > 0);
    await raise('P0');
    relay({ log });
    await eventually(async () => expect(await trail()).toEqual(['P0']));
  });

  it('writes whatever the store still has when it was away for too long', async () => {
    await raise('P0');
    await raise('P1', 'Midwest');
    const alerts = new Proxy(ports.alerts, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'eventsAfter') return value.bind(target) as unknown;
        return async (...[cursor, regions, limit]: Parameters<typeof target.eventsAfter>) =>
          Object.keys(cursor).length === 0 ? undefined : target.eventsAfter(cursor, regions, limit);
      },
    });
    relay({ alerts });
    await eventually(async () => expect((await trail()).sort()).toEqual(['P0', 'P1']));
    await raise('P2');
    await eventually(async () => expect((await trail()).sort()).toEqual(['P0', 'P1', 'P2']));
  });
});
