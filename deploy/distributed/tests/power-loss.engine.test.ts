import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conditionId, encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { EventLog, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { openDistributedPorts } from '@vitalwire/core/adapters/open-distributed-ports.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import { ownEngines, type OwnEngines } from '@vitalwire/engines/own-engines.ts';
import {
  stationSocket,
  type AlertFrame,
  type StationSocket,
} from '../../embedded/tests/support/station-socket.ts';
import { Cluster, testEnvironment } from './support/cluster.ts';

const REGION = 'Northeast';
const GROUP = 'vitalwire.alert-engine';
/** Redis may fsync in the very moment before it dies; what it did fsync it is not made to lose. */
const ATTEMPTS = 20;

const began = (patientId: string): NewRecord => {
  const atMs = Date.now();
  const type = 'low_oxygen_saturation';
  const condition = {
    id: conditionId(patientId, type, atMs),
    revision: 1,
    event: 'began',
    patientId,
    region: REGION,
    deviceId: `${patientId}-monitor`,
    type,
    priority: 'high',
    value: 84,
    threshold: 90,
    onsetMs: atMs,
    atMs,
    mode: 'real',
    settingsVersion: 'test',
  } as const;
  return {
    topic: TOPICS.conditions.name,
    key: patientId,
    value: encodeCondition(condition),
    headers: {},
    timestampMs: atMs,
  };
};

interface PatientFrame {
  readonly patient_id: string;
  readonly alerts: readonly { readonly id: string; readonly status: string }[];
}

describe('Redis that loses power', () => {
  let own: OwnEngines;
  let cluster: Cluster;
  let station: StationSocket;
  let redis: Redis;
  let log: EventLog;

  beforeAll(async () => {
    own = await ownEngines({ owner: 'power-loss', engines: ['redis'], nodes: {}, report: () => {} });
    Object.assign(process.env, await own.start());
    cluster = await Cluster.start({ 'alert-engine': 1 });
    redis = new Redis(testEnvironment()['REDIS_URL'] ?? '');
    redis.on('error', () => {});
    const settings = engineSettings(readConfig(testEnvironment()));
    ({ log } = await openDistributedPorts(
      settings,
      { component: 'test', needed: ['log'], databasesMayBeAway: false },
      { clock: systemClock, logger: createLogger('test', 'silent'), registry: createRegistry('test') },
    ));
  });
  afterAll(async () => {
    redis?.disconnect();
    await log?.close();
    await cluster?.stop();
    await own?.stop();
  });

  // What failed may have left it dead.
  beforeEach(async () => {
    await own.supervisor.start('redis');
    station = await watch();
  });
  afterEach(() => station.close());

  /** Again where the engine sends it away, for its Redis has only just come back. */
  const watch = (since?: string): Promise<StationSocket> =>
    eventually(async () => {
      const hello = { token: await cluster.staffToken(), regions: [REGION], ...(since && { since }) };
      const socket = await stationSocket(cluster.httpUrl(), hello);
      try {
        await socket.next((frame) => frame.type === 'snapshot', 20_000);
        return socket;
      } catch (error) {
        socket.close();
        throw error;
      }
    });
  const patients = (): string[] => Array.from({ length: 5 }, () => freshName('P'));
  const isAlertOf =
    (patientId: string) =>
    (frame: { readonly type: string }): boolean =>
      frame.type === 'alert' && (frame as AlertFrame).alert.patient_id === patientId;
  /** Publishes a condition of each and waits until the station has the alerts. */
  const raise = async (of: readonly string[], seenBy = station): Promise<AlertFrame[]> => {
    await log.append(of.map(began));
    return Promise.all(of.map((id) => seenBy.next<AlertFrame>(isAlertOf(id))));
  };
  const ends = async (): Promise<Map<number, number>> =>
    new Map((await log.bounds(TOPICS.conditions.name)).map(({ partition, next }) => [partition, next]));
  const committed = (): Promise<ReadonlyMap<number, number>> => log.committed(GROUP, TOPICS.conditions.name);
  const untilAllCommitted = (): Promise<void> =>
    eventually(async () => {
      const [reached, end] = [await committed(), await ends()];
      for (const [partition, offset] of reached) expect(offset).toBe(end.get(partition));
    });

  /** Redis's log of what it was told: the file that it appends to. */
  const aof = (): string => {
    const folder = join(own.supervisor.layout.data('redis', 1, 'redis-1'), 'appendonlydir');
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.incr.aof'));
    return join(folder, file ?? '');
  };
  const start = async (keptBytes?: number): Promise<void> => {
    if (keptBytes !== undefined) truncateSync(aof(), keptBytes);
    await own.supervisor.start('redis');
    await eventually(() => redis.ping());
  };
  const alertsOf = async (patientId: string): Promise<{ id: string; status: string }[]> => {
    const { items } = await cluster.request<{ items: { id: string; status: string }[] }>(
      `/api/alerts?patient=${patientId}`,
    );
    return items;
  };
  /** The open alerts of the station's last snapshot, and those raised since, by patient. */
  const shown = (socket: StationSocket, patientId: string): string[] => {
    const at = socket.frames.findLastIndex((frame) => frame.type === 'snapshot');
    const inSnapshot = ((socket.frames[at]?.['patients'] ?? []) as readonly PatientFrame[])
      .filter((patient) => patient.patient_id === patientId)
      .flatMap((patient) => patient.alerts.map(({ id }) => id));
    const since = socket.frames
      .slice(at)
      .filter(isAlertOf(patientId))
      .map((frame) => (frame as AlertFrame).alert)
      .filter(({ event }) => event === 'raised');
    return [...inSnapshot, ...since.map(({ id }) => id)];
  };

  it('has every alert again, once, on a station that saw it and on one that did not', async () => {
    const kept = patients();
    const keptFrames = await raise(kept);
    let lost: string[] = [];
    let lostFrames: AlertFrame[] = [];
    let keptBytes = 0;
    for (let attempt = 1; ; attempt++) {
      await untilAllCommitted();
      keptBytes = statSync(aof()).size;
      const before = await ends();
      lost = patients();
      lostFrames = await raise(lost);
      await own.supervisor.kill('redis');
      // What was on its way to the group arrives.
      await systemClock.sleep(1_000);
      const reached = await committed();
      if ([...before].every(([partition, end]) => (reached.get(partition) ?? 0) <= end)) break;
      expect(attempt, 'offsets were committed before their alerts were fsynced').toBeLessThan(ATTEMPTS);
      await start();
      station.close();
      station = await watch();
    }
    await start(keptBytes);
    for (const [i, patientId] of lost.entries()) {
      const id = lostFrames[i]?.alert.id;
      await eventually(async () => expect(await alertsOf(patientId)).toMatchObject([{ id }]));
      const { history } = await cluster.request<{ history: { event: string }[] }>(`/api/alerts/${id}`);
      expect(history.filter(({ event }) => event === 'raised')).toHaveLength(1);
    }
    // The engine has sent the station away: what it shows may not be so any more.
    const saw = await watch(lostFrames.at(-1)?.cursor);
    const sawNot = await watch(keptFrames.at(-1)?.cursor);
    await eventually(() => {
      for (const [i, patientId] of [...kept, ...lost].entries()) {
        const { id } = [...keptFrames, ...lostFrames][i]!.alert;
        expect(shown(saw, patientId)).toEqual([id]);
        expect(shown(sawNot, patientId)).toEqual([id]);
      }
    });
    const [first = ''] = lost;
    expect(sawNot.frames.filter(isAlertOf(first)).map((frame) => (frame as AlertFrame).alert.event)[0]).toBe(
      'raised',
    );
    station = saw;
    await raise(patients());
    sawNot.close();
    await untilAllCommitted();
  });

  it('loses no acknowledgement that was answered: who has no answer is not told that it was done', async () => {
    const of = patients();
    const frames = await raise(of);
    const { id } = frames[0]!.alert;
    const token = await cluster.staffToken();
    const acknowledge = async (alertId: string): Promise<number> => {
      const url = `${cluster.httpUrl()}/api/alerts/${alertId}/acknowledge`;
      return (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status;
    };
    const statusOf = (alertId: string): Promise<string | null> =>
      redis.hget(`alert:{${REGION}}:${alertId}`, 'status');
    let unsure = id;
    let keptBytes = 0;
    for (let attempt = 1; ; attempt++) {
      await untilAllCommitted();
      keptBytes = statSync(aof()).size;
      const answer = acknowledge(unsure);
      await eventually(async () => expect(await statusOf(unsure)).toBe('acknowledged'));
      await own.supervisor.kill('redis');
      if ((await answer) === 503) break;
      expect(attempt, 'answered before it was fsynced').toBeLessThan(Math.min(ATTEMPTS, of.length));
      unsure = frames[attempt]!.alert.id;
      await start();
    }
    await start(keptBytes);
    await eventually(async () => expect(await statusOf(unsure)).toBe('pending'));
    await eventually(async () => expect(await acknowledge(unsure)).toBe(200));
    // What is durable now: whatever Redis loses from here on was written after the answer.
    const answeredBytes = statSync(aof()).size;
    await own.supervisor.kill('redis');
    await start(answeredBytes);
    expect(await statusOf(unsure)).toBe('acknowledged');
  });
});
