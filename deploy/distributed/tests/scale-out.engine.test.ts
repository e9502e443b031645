import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import {
  stationSocket,
  type AlertFrame,
  type StationSocket,
} from '../../embedded/tests/support/station-socket.ts';
import { Bedside } from './support/bedside.ts';
import { Cluster, testEnvironment } from './support/cluster.ts';
import { expectStored, raisedBy } from './support/stored.ts';

const REGION = 'Northeast';
const DEVICES = 12;
const PATIENCE_MS = 60_000;

describe('two gateways behind a balancer, three of each processor, two alert engines', () => {
  const redis = new Redis(testEnvironment()['REDIS_URL']!);
  let cluster: Cluster;
  let stations: StationSocket[];

  beforeAll(async () => {
    // With the delays as they are shipped: processors are to die while they time a crossing.
    delete process.env['ALARMS_FILE'];
    cluster = await Cluster.start({ 'ingest-gateway': 2, alerting: 3, storage: 3, 'alert-engine': 2 });
    stations = await Promise.all([0, 1].map((engine) => watch(engine)));
  });
  afterAll(async () => {
    for (const station of stations) station.close();
    redis.disconnect();
    expect(await cluster.stop()).toEqual([]);
  });

  async function watch(engine: number): Promise<StationSocket> {
    const token = await cluster.staffToken();
    const station = await stationSocket(cluster.httpUrl(engine), { token, regions: [REGION] });
    await station.next((frame) => frame.type === 'snapshot');
    return station;
  }
  const ward = (): Promise<Bedside[]> => {
    const name = freshName('');
    return Promise.all(Array.from({ length: DEVICES }, (_, i) => Bedside.start(cluster, `${name}-${i}`)));
  };
  const stopAll = (devices: readonly Bedside[]): Promise<unknown> =>
    Promise.all(devices.map((device) => device.stop()));
  const allAcknowledged = (devices: readonly Bedside[]): Promise<void> =>
    eventually(() => {
      for (const device of devices) expect(device.unacknowledged).toBe(0);
    }, PATIENCE_MS);

  it('shares the partitions among the processors, and the devices among the gateways', async () => {
    const [first, second] = await Promise.all([ward(), ward()]);
    for (const gateway of cluster.of('ingest-gateway')) {
      const metrics = await (await fetch(`http://127.0.0.1:${gateway.ports['health']}/metrics`)).text();
      expect(Number(/^vitalwire_gateway_connections\S* (\d+)/m.exec(metrics)?.[1])).toBe(DEVICES);
    }
    for (const name of ['alerting', 'storage'] as const) {
      for (const processor of cluster.of(name)) {
        const ready = await fetch(`http://127.0.0.1:${processor.ports['health']}/readyz`);
        expect(ready.status).toBe(200);
        await eventually(async () => {
          const metrics = await (await fetch(`http://127.0.0.1:${processor.ports['health']}/metrics`)).text();
          const owned = [...metrics.matchAll(/^vitalwire_kafka_lag_records\{[^}]*topic="vitals.readings"/gm)];
          expect(owned).toHaveLength(4);
          // A member whose join was answered too late stays in the group until its session ends: longer than the usual patience.
        }, PATIENCE_MS);
      }
    }
    await stopAll([...first, ...second]);
  });

  it('loses nothing of a device that moves to the other gateway, and the old session does not mark it dead', async () => {
    const device = await Bedside.start(cluster, freshName(''));
    const presence = async (): Promise<{ state: string }> =>
      JSON.parse((await redis.hget('devices:presence', device.deviceId)) ?? '{}') as { state: string };
    await eventually(async () => expect((await presence()).state).toBe('born'));
    await sleep(1_500);
    // Round robin: the next connection is the other gateway's, while the old one is still open.
    const old = await device.connect({ keep: true });
    await eventually(() => expect(old?.connected).toBe(false));
    await sleep(1_500);
    expect((await presence()).state).toBe('born');
    device.fallSilent();
    await allAcknowledged([device]);
    await expectStored([device], PATIENCE_MS);
    expect(device.acknowledged.size).toBeGreaterThanOrEqual(4);
    await device.stop();
  });

  it('brings every alert to every station once, and an acknowledgement at one to the other', async () => {
    const devices = await ward();
    for (const device of devices) device.desaturate();
    await eventually(() => {
      for (const station of stations) {
        for (const { patientId } of devices) expect(raisedBy(station, patientId)).toHaveLength(1);
      }
    }, PATIENCE_MS);
    const [one, other] = stations as [StationSocket, StationSocket];
    await Promise.all(
      devices.map(async ({ patientId }) => {
        const [id] = raisedBy(one, patientId);
        expect(raisedBy(other, patientId)).toEqual([id]);
        await cluster.request(`/api/alerts/${id}/acknowledge`, { method: 'POST', engine: 0 });
        await other.next<AlertFrame>((frame) => {
          const { alert } = frame as AlertFrame;
          return frame.type === 'alert' && alert.id === id && alert.event === 'acknowledged';
        });
      }),
    );
    await stopAll(devices);
    for (const station of stations) {
      for (const { patientId } of devices) expect(raisedBy(station, patientId)).toHaveLength(1);
    }
  });

  it('bears the end of any process, by force or in order, and the start of another, at any moment', async () => {
    const devices = await ward();
    const signals = ['SIGKILL', 'SIGTERM'] as const;
    const desaturating = [...devices];
    for (const [i, name] of (
      ['ingest-gateway', 'alerting', 'storage', 'alerting', 'storage'] as const
    ).entries()) {
      desaturating.splice(0, 2).forEach((device) => device.desaturate());
      const member = cluster.of(name)[0]!;
      const signal = signals[i % 2]!;
      const [code] = await Promise.all([cluster.end(member, signal), cluster.add(name), sleep(2_000)]);
      if (signal === 'SIGTERM') expect(code).toBe(0);
    }
    for (const device of desaturating) device.desaturate();
    // The station of an engine that dies goes on at another one.
    await cluster.end(cluster.of('alert-engine')[0]!, 'SIGKILL');
    stations[0]!.close();
    await cluster.add('alert-engine');
    stations[0] = await watch(1);
    const open = async (patientId: string): Promise<string[]> => {
      const { items } = await cluster.request<{ items: { id: string; type: string }[] }>(
        `/api/alerts?patient=${patientId}`,
      );
      return items.filter(({ type }) => type === 'low_oxygen_saturation').map(({ id }) => id);
    };
    for (const { patientId } of devices) {
      const ids = await eventually(async () => {
        const found = await open(patientId);
        expect(found).toHaveLength(1);
        return found;
      }, PATIENCE_MS);
      await eventually(() => expect(raisedBy(stations[1]!, patientId)).toEqual(ids));
    }
    for (const device of devices) device.fallSilent();
    await allAcknowledged(devices);
    await expectStored(devices, PATIENCE_MS);
    await stopAll(devices);
  }, 180_000);
});
