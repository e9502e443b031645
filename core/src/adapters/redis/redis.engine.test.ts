import { once } from 'node:events';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../alarms/alert.ts';
import type { Patient, PatientChange, PatientDirectory } from '../../ports/patient-directory.ts';
import type { LiveVitals } from '../../ports/live-bus.ts';
import { acknowledged, raised, resolved, sampleAlert } from '../../testing/contracts/alert-samples.ts';
import { eventually } from '../../testing/eventually.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { openRedisAlertStore } from './alert-store.ts';
import { openRedisLiveBus, VITALS_KEPT_MS } from './live-bus.ts';
import { startPatientCache } from './patient-cache.ts';
import { testDeps, testRedis } from './redis-harness.ts';
import { SeverableProxy } from '../../testing/severable-proxy.ts';
import { packLatest } from '../../vitals/latest.ts';

let redis: Redis;
let proxy: SeverableProxy;
let region: string;
let patient: string;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  redis = new Redis(testRedis().url);
  const url = new URL(testRedis().url);
  proxy = await SeverableProxy.to(url.hostname, Number(url.port || 6379));
  region = freshName('region');
  patient = freshName('P');
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await proxy.close();
  redis.disconnect();
});

const openStore = async () => {
  const url = `redis://127.0.0.1:${proxy.port}`;
  const store = await openRedisAlertStore({ ...testRedis(), url }, testDeps());
  closing.push(() => store.close());
  return store;
};
/** With a Redis that does not say which process it is: any new connection of the commits begins another life. */
const openUnrecognised = async (clientName: string) => {
  const user = freshName('user');
  await redis.acl('SETUSER', user, 'on', '>secret', '~*', '&*', '+@all', '-info', '-config');
  closing.push(async () => void (await redis.acl('DELUSER', user)));
  const url = new URL(testRedis().url);
  url.username = user;
  url.password = 'secret';
  const store = await openRedisAlertStore({ ...testRedis(), url: url.href, clientName }, testDeps());
  closing.unshift(() => store.close());
  return store;
};
const openBus = async () => {
  const config = { ...testRedis(), url: `redis://127.0.0.1:${proxy.port}`, vitalsKeptMs: VITALS_KEPT_MS };
  const bus = await openRedisLiveBus(config, testDeps());
  closing.push(() => bus.close());
  return bus;
};
const alert = (changes: Partial<Alert> = {}): Alert =>
  sampleAlert(freshName('alert'), region, patient, changes);

describe("alerts in the data model's keys", () => {
  it('are what redis-cli finds, through the life of two alerts', async () => {
    const store = await openStore();
    const low = alert();
    const high = alert({ type: 'high_heartrate', priority: 'critical', value: 171, threshold: 150 });
    await store.commit(raised(low));
    await store.commit(raised(high));
    const key = (name: string): string => `patient:alerts${name}:{${region}}:${patient}`;
    expect(await redis.lrange(key(''), 0, -1)).toEqual([high.id, low.id]);
    expect(await redis.get(key(':count'))).toBe('2');
    expect(await redis.hgetall(key(':latest'))).toMatchObject({ id: high.id, priority: 'critical' });
    expect(await redis.zrange(`alerts:pending:{${region}}`, '0', '-1', 'WITHSCORES')).toEqual([patient, '4']);
    expect(await redis.smembers(`alerts:critical:{${region}}`)).toEqual([patient]);
    expect(await redis.hgetall(`alert:{${region}}:${high.id}`)).toMatchObject({
      id: high.id,
      patient_id: patient,
      timestamp: new Date(high.raisedAtMs).toISOString(),
      type: 'high_heartrate',
      value: '171',
      threshold: '150',
      priority: 'critical',
      status: 'pending',
      message: high.message,
    });

    await store.commit(acknowledged(high));
    expect(await redis.get(key(':count'))).toBe('1');
    expect(await redis.zscore(`alerts:pending:{${region}}`, patient)).toBe('2');
    expect(await redis.hget(key(':latest'), 'status')).toBe('acknowledged');
    expect(await redis.smembers(`alerts:critical:{${region}}`)).toEqual([patient]);

    await store.commit(resolved(acknowledged(high).alert));
    await store.commit(resolved(low));
    expect(await redis.get(key(':count'))).toBe('0');
    expect(await redis.zcard(`alerts:pending:{${region}}`)).toBe(0);
    expect(await redis.scard(`alerts:critical:{${region}}`)).toBe(0);
    expect(await redis.lrange(key(':resolved'), 0, -1)).toEqual([low.id, high.id]);
    const ttl = await redis.ttl(key(':resolved'));
    expect(ttl).toBeGreaterThan(86_300);
    expect(ttl).toBeLessThanOrEqual(86_400);
    expect(await redis.ttl(`alert:{${region}}:${low.id}`)).toBeGreaterThan(86_400);
  });

  it('forget what is no longer kept, and say so to who comes late', async () => {
    const store = await openStore();
    const old = alert();
    await store.commit(raised(old));
    await store.commit(resolved(old));
    const [{ position } = { position: '' }] = (await store.eventsAfter({}, [region], 1))?.events ?? [];
    // As if two days had passed: the stream begins anew with older entries, and the resolved alert's time is over.
    const json = (await redis.lrange(`alert:history:{${region}}:${old.id}`, 0, 0))[0] ?? '';
    await redis.del(`alerts:events:{${region}}`);
    await redis.xadd(`alerts:events:{${region}}`, '1000-1', 'event', json);
    await redis.zadd(`alerts:expiring:{${region}}`, '1', `${patient} ${old.id}`);
    await redis.del(`alert:{${region}}:${old.id}`);
    const fresh = alert();
    await store.commit(raised(fresh));
    expect(await redis.lrange(`patient:alerts:{${region}}:${patient}`, 0, -1)).toEqual([fresh.id]);
    expect(await redis.zrange(`alerts:timeline:{${region}}`, '0', '-1')).toEqual([fresh.id]);
    expect(await store.eventsAfter({}, [region], 10)).toBeUndefined();
    expect(await store.eventsAfter({ [region]: '999-0' }, [region], 10)).toBeUndefined();
    const page = await store.eventsAfter({ [region]: '1000-1' }, [region], 10);
    expect(page?.events.map(({ event }) => event.alert.id)).toEqual([fresh.id]);
    expect((await store.eventsAfter({ [region]: position }, [region], 10))?.events).toHaveLength(1);
    const { alerts } = await store.snapshot([region]);
    expect(alerts).toEqual([fresh]);
  });

  it('rewinds where Redis has lost what the cursor stood after, and goes on from there', async () => {
    const store = await openStore();
    const [kept, lost, after] = ['high_heartrate', 'high_temperature', 'low_heartrate'].map((type) =>
      alert({ type: type as Alert['type'] }),
    ) as [Alert, Alert, Alert];
    await store.commit(raised(kept));
    const other = freshName('region');
    await store.commit(raised(sampleAlert(freshName('alert'), other, patient)));
    await store.commit(raised(lost));
    const regions = [region, other];
    const { cursor } = await store.snapshot(regions);
    await redis.xdel(`alerts:events:{${region}}`, cursor[region] ?? '');
    await store.commit(raised(after));
    const page = await store.eventsAfter(cursor, regions, 10);
    expect(page?.rewound).toBe(true);
    expect(page?.events.map(({ event }) => event.alert.id)).toEqual([kept.id, after.id]);
    expect(await store.eventsAfter(page?.cursor ?? {}, regions, 10)).toEqual({
      events: [],
      cursor: page?.cursor,
    });
    await redis.del(`alerts:events:{${region}}`);
    const emptied = await store.eventsAfter(page?.cursor ?? {}, regions, 10);
    expect(emptied).toMatchObject({ events: [], rewound: true });
    expect((await store.eventsAfter(emptied?.cursor ?? {}, regions, 10))?.rewound).toBeUndefined();
  });
});

describe('alerts are settled', () => {
  it('where Redis does not say which process it is', async () => {
    const store = await openUnrecognised('vitalwire-test');
    await store.commit(raised(alert()));
    await store.settled(store.life);
  });

  it('while a replica is being filled', async () => {
    const store = await openStore();
    const url = new URL(testRedis().url);
    const replica = connect(Number(url.port || 6379), url.hostname);
    closing.push(async () => void replica.destroy());
    replica.write('REPLCONF capa eof\r\n');
    await once(replica, 'data');
    // Redis waits five seconds for others before it fills one.
    replica.resume().write('PSYNC ? -1\r\n');
    await eventually(async () => expect(await redis.info('replication')).toMatch(/state=wait_bgsave/));
    await store.commit(raised(alert()));
    await store.settled(store.life);
  });
});

describe('Redis away', () => {
  it('finds another way where a connection stands and nobody answers, as after a loss of power', async () => {
    const store = await openStore();
    await store.commit(raised(alert()));
    await store.settled(store.life);
    proxy.fallSilent();
    const after = alert({ type: 'high_heartrate' });
    await eventually(async () => expect(await store.commit(raised(after))).toBe('committed'));
    await eventually(() => store.settled(store.life));
    await eventually(async () => expect(await store.get(region, after.id)).toBeDefined());
  });

  it('reads and settles where it commits, on another primary too', async () => {
    const name = freshName('client');
    const store = await openUnrecognised(name);
    const clients = async () =>
      new Map(
        String(await redis.client('LIST'))
          .split('\n')
          .map((line) => [/ name=(\S*)/.exec(line)?.[1], /^id=(\d+)/.exec(line)?.[1]] as const),
      );
    const before = await clients();
    const { life } = store;
    await redis.client('KILL', 'ID', before.get(`${name}-commits`) ?? '');
    await eventually(async () => {
      const now = await clients();
      expect(store.life).not.toBe(life);
      for (const each of [name, `${name}-settling`]) {
        expect(now.get(each)).toBeDefined();
        expect(now.get(each)).not.toBe(before.get(each));
      }
    });
  });

  it('holds a commit a while, then says unavailable, and goes on by itself', async () => {
    const store = await openStore();
    const woken: string[] = [];
    await store.onCommit((name) => void woken.push(name));
    await store.commit(raised(alert({ type: 'high_temperature' })));
    await eventually(() => expect(woken).toEqual([region]));
    proxy.cut();
    const late = alert();
    await expect(store.commit(raised(late))).rejects.toMatchObject({ code: 'unavailable', retriable: true });
    await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' });
    proxy.mend();
    expect(await eventually(() => store.commit(raised(late)))).toBe('committed');
    // By the commit, or, if the subscription came back only after it, for having been away.
    await eventually(() => expect(woken.length).toBeGreaterThanOrEqual(2));
  });

  it('commits once, and says so, though connections break under it', async () => {
    const store = await openStore();
    let [committed, atLastDrop] = [0, -1];
    // Only after something got through, or a machine too slow to connect in between would never get anything through.
    const breaking = setInterval(() => {
      if (committed === atLastDrop) return;
      atLastDrop = committed;
      proxy.drop();
    }, 15);
    const alerts = Array.from({ length: 300 }, () => alert({ patientId: freshName('P') }));
    const commit = async (one: Alert): Promise<string> => {
      const outcome = await eventually(() => store.commit(raised(one)));
      committed++;
      return outcome;
    };
    try {
      for (let i = 0; i < alerts.length; i += 10) {
        const some = alerts.slice(i, i + 10);
        expect(await Promise.all(some.map(commit))).toEqual(some.map(() => 'committed'));
      }
    } finally {
      clearInterval(breaking);
    }
    await eventually(() => store.ping());
    const page = await store.eventsAfter({}, [region], 1000);
    expect(page?.events.map(({ event }) => event.alert.id).toSorted()).toEqual(
      alerts.map(({ id }) => id).toSorted(),
    );
  });

  it('tells a live subscriber the latest again when it is back', async () => {
    const bus = await openBus();
    const seen: LiveVitals[] = [];
    await bus.subscribe({
      vitals: (updates) => void seen.push(...updates.filter((live) => live.patientId === patient)),
      presence: () => {},
      pulse: () => {},
    });
    const live: LiveVitals = {
      patientId: patient,
      region,
      deviceId: 'D',
      mode: 'real',
      measuredAtMs: Date.now(),
      vitals: packLatest({ heartbeat: { value: 72.5, measuredAtMs: Date.now(), validity: 'valid' } }),
      pending: [],
    };
    proxy.cut();
    const elsewhere = await openRedisLiveBus({ ...testRedis(), vitalsKeptMs: VITALS_KEPT_MS }, testDeps());
    closing.push(() => elsewhere.close());
    await elsewhere.publishVitals([live]);
    proxy.mend();
    await eventually(() => expect(seen).toEqual([live]));
    expect(await redis.hget(`cache:vitals:latest:${patient}`, 'heartbeat')).toBe('72.5');
    expect(await redis.ttl(`cache:vitals:latest:${patient}`)).toBeGreaterThan(200);
  });

  it('survives a connection that breaks again and again while it subscribes', async () => {
    const [bus, store] = [await openBus(), await openStore()];
    const seen: number[] = [];
    await bus.subscribe({
      vitals: () => {},
      presence: () => {},
      pulse: ({ partition }) => void seen.push(partition),
    });
    await store.onCommit(() => {});
    // A rejection that nobody catches fails the run.
    for (let i = 0; i < 150; i++) {
      proxy.drop();
      await new Promise((resolve) => setTimeout(resolve, i % 12));
    }
    await eventually(async () => {
      await bus.publishPulse({ partition: 7, atMs: 0, lagRecords: 0 });
      expect(seen).toContain(7);
    });
    proxy.drop();
  });

  it('is one clear line at the start', async () => {
    proxy.cut();
    await expect(openStore()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^REDIS_URL: /) as string,
    });
  });
});

describe('risk cache', () => {
  const at = 1_700_000_000_000;
  const live = (measuredAtMs: number, score: LiveVitals['score']): LiveVitals => ({
    patientId: patient,
    region,
    deviceId: 'D',
    mode: 'real',
    measuredAtMs,
    vitals: packLatest({}),
    pending: [],
    ...(score && { score }),
  });
  const busAt = async (clock: ManualClock) => {
    const config = { ...testRedis(), vitalsKeptMs: VITALS_KEPT_MS };
    const bus = await openRedisLiveBus(config, { ...testDeps(), clock });
    closing.push(() => bus.close());
    return bus;
  };

  it("is what redis-cli finds in the data model's key, and goes with the score", async () => {
    const bus = await openBus();
    const key = `cache:risk:${patient}`;
    await bus.publishVitals([live(at, { score: 4, level: 'low', partial: true })]);
    expect(await redis.hgetall(key)).toEqual({
      patient_id: patient,
      region,
      timestamp: new Date(at).toISOString(),
      risk_score: '4',
      alert_level: 'low',
      partial: 'true',
    });
    expect(await redis.ttl(key)).toBeGreaterThan(200);
    expect(await redis.ttl(key)).toBeLessThanOrEqual(300);
    await bus.publishVitals([live(at + 1, { score: 8, level: 'high', partial: false })]);
    expect(await redis.hmget(key, 'risk_score', 'alert_level', 'partial')).toEqual(['8', 'high', 'false']);
    // Older than what is there: nobody's news.
    await bus.publishVitals([live(at - 1, { score: 0, level: 'low', partial: false })]);
    expect(await redis.hget(key, 'risk_score')).toBe('8');
    await bus.publishVitals([live(at + 2, undefined)]);
    expect(await redis.exists(key)).toBe(0);
  });

  it('is written on a change, and every 30 s', async () => {
    const clock = new ManualClock(at);
    const bus = await busAt(clock);
    const key = `cache:risk:${patient}`;
    const score = { score: 2, level: 'low', partial: false } as const;
    const timestamp = async (ms: number): Promise<string | null> => {
      await bus.publishVitals([live(ms, score)]);
      return redis.hget(key, 'timestamp');
    };
    expect(await timestamp(at)).toBe(new Date(at).toISOString());
    await clock.advance(29_999);
    expect(await timestamp(at + 29_999)).toBe(new Date(at).toISOString());
    await clock.advance(1);
    expect(await timestamp(at + 30_000)).toBe(new Date(at + 30_000).toISOString());
  });
});

describe('patient cache', () => {
  it('follows the directory', async () => {
    const listeners: ((change: PatientChange) => void)[] = [];
    const of = (id: string, changes: Partial<Patient> = {}): Patient => ({
      id,
      name: 'Zoë Q.',
      age: 71,
      region,
      ward: 'W1',
      bed: '4',
      primaryDoctor: 'Dr. B',
      riskLevel: 'high',
      ...changes,
    });
    const directory: Pick<PatientDirectory, 'list' | 'onChange'> = {
      list: () => Promise.resolve([of(patient)]),
      onChange: (listener) => void listeners.push(listener),
    };
    const service = await startPatientCache(
      { ...testRedis(), regions: [region] },
      { ...testDeps(), directory: directory as PatientDirectory },
    );
    closing.push(() => service.stop());
    const key = `cache:patient:${patient}`;
    const fields = {
      id: patient,
      name: 'Zoë Q.',
      age: '71',
      primary_doctor: 'Dr. B',
      risk_level: 'high',
      region,
    };
    expect(await redis.hgetall(key)).toMatchObject(fields);
    expect(await redis.ttl(key)).toBeGreaterThan(3_590);
    for (const tell of listeners) tell({ kind: 'put', patient: of(patient, { age: undefined, bed: '5' }) });
    await eventually(async () => expect(await redis.hget(key, 'bed')).toBe('5'));
    expect(await redis.hexists(key, 'age')).toBe(0);
    for (const tell of listeners) tell({ kind: 'removed', patientId: patient });
    await eventually(async () => expect(await redis.exists(key)).toBe(0));
  });
});
