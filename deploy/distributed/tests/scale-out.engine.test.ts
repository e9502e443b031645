import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import {
  stationSocket,
  type AlertFrame,
  type StationSocket,
} from '../../embedded/tests/support/station-socket.ts';
import { Bedside } from './support/bedside.ts';
import type { ComponentName } from '../src/component-process.ts';
import { Cluster, testEnvironment, type Member } from './support/cluster.ts';
import { expectStored, raisedBy } from './support/stored.ts';

const REGION = 'Northeast';
const DEVICES = 12;
const PARTITIONS = 12;
const COUNTS = { 'ingest-gateway': 2, alerting: 3, storage: 3, 'alert-engine': 2 } as const;

describe('two gateways behind a balancer, three of each processor, two alert engines', () => {
  const redis = new Redis(testEnvironment()['REDIS_URL']!);
  let cluster: Cluster;
  let stations: StationSocket[] = [];
  const devices: Bedside[] = [];

  beforeAll(async () => {
    // With the delays as they are shipped: processors are to die while they time a crossing.
    delete process.env['ALARMS_FILE'];
    cluster = await Cluster.start(COUNTS);
  });
  beforeEach(async () => {
    // What failed half way may have left too few.
    for (const [name, count] of Object.entries(COUNTS) as [ComponentName, number][]) {
      while (cluster.of(name).length < count) await cluster.add(name);
    }
    stations = await Promise.all([0, 1].map((engine) => watch(engine)));
  });
  afterEach(async () => {
    await Promise.all(devices.splice(0).map((device) => device.stop()));
    for (const station of stations.splice(0)) station.close();
  });
  afterAll(async () => {
    redis.disconnect();
    expect(await cluster.stop()).toEqual([]);
  });

  async function watch(engine: number): Promise<StationSocket> {
    const token = await cluster.staffToken();
    const station = await stationSocket(cluster.httpUrl(engine), { token, regions: [REGION] });
    await station.next((frame) => frame.type === 'snapshot');
    return station;
  }
  const startDevice = async (name: string): Promise<Bedside> => {
    const device = await Bedside.start(cluster, name);
    devices.push(device);
    return device;
  };
  const ward = (count = DEVICES): Promise<Bedside[]> => {
    const name = freshName('');
    return Promise.all(Array.from({ length: count }, (_, i) => startDevice(`${name}-${i}`)));
  };
  const metricsOf = async ({ ports }: Member): Promise<string> =>
    (await fetch(`http://127.0.0.1:${ports['health']}/metrics`)).text();
  const allAcknowledged = (): Promise<void> =>
    eventually(() => {
      for (const device of devices) expect(device.unacknowledged).toBe(0);
    });

  it('shares the partitions among the processors, and the devices among the gateways', async () => {
    await ward(2 * DEVICES);
    await eventually(async () => {
      const connections = await Promise.all(
        cluster
          .of('ingest-gateway')
          .map(async (gateway) =>
            Number(/^vitalwire_gateway_connections\S* (\d+)/m.exec(await metricsOf(gateway))?.[1]),
          ),
      );
      expect(connections.reduce((sum, count) => sum + count, 0)).toBe(2 * DEVICES);
      // In turn; one that tried twice moves those after it.
      expect(Math.min(...connections)).toBeGreaterThanOrEqual(DEVICES / 2);
    });
    for (const name of ['alerting', 'storage'] as const) {
      for (const processor of cluster.of(name)) {
        // Partitions that no patient of the test is in count too.
        await eventually(async () => {
          const ready = await fetch(`http://127.0.0.1:${processor.ports['health']}/readyz`);
          expect(ready.status).toBe(200);
          const assigned = /^vitalwire_kafka_assigned_partitions\{[^}]*topic="vitals.readings"[^}]*\} (\d+)/m;
          expect(Number(assigned.exec(await metricsOf(processor))?.[1])).toBe(PARTITIONS / COUNTS[name]);
        });
      }
    }
  });

  it('loses nothing of a device that moves to the other gateway, and the old session does not mark it dead', async () => {
    const device = await startDevice(freshName(''));
    const presence = async (): Promise<{ state: string }> =>
      JSON.parse((await redis.hget('devices:presence', device.deviceId)) ?? '{}') as { state: string };
    await eventually(async () => expect((await presence()).state).toBe('born'));
    await sleep(1_500);
    // Round robin: the next connection is the other gateway's, while the old one is still open.
    const old = await device.connect({ keep: true });
    await eventually(() => expect(old?.connected).toBe(false));
    await sleep(1_500);
    expect((await presence()).state).toBe('born');
    await eventually(() => expect(device.acknowledged.size).toBeGreaterThanOrEqual(4));
    device.fallSilent();
    await allAcknowledged();
    await expectStored([device]);
  });

  it('brings every alert to every station once, and an acknowledgement at one to the other', async () => {
    await ward();
    for (const device of devices) device.desaturate();
    await eventually(() => {
      for (const station of stations) {
        for (const { patientId } of devices) expect(raisedBy(station, patientId)).toHaveLength(1);
      }
    });
    const [one, other] = stations as [StationSocket, StationSocket];
    await Promise.all(
      devices.map(async ({ patientId }) => {
        const [id] = raisedBy(one, patientId);
        expect(raisedBy(other, patientId)).toEqual([id]);
        await eventually(() =>
          cluster.request(`/api/alerts/${id}/acknowledge`, { method: 'POST', engine: 0 }),
        );
        await other.next<AlertFrame>((frame) => {
          const { alert } = frame as AlertFrame;
          return frame.type === 'alert' && alert.id === id && alert.event === 'acknowledged';
        });
      }),
    );
    for (const station of stations) {
      for (const { patientId } of devices) expect(raisedBy(station, patientId)).toHaveLength(1);
    }
  });

  it('bears the end of any process, by force or in order, and the start of another, at any moment', async () => {
    await ward();
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
      });
      await eventually(() => expect(raisedBy(stations[1]!, patientId)).toEqual(ids));
    }
    for (const device of devices) device.fallSilent();
    await allAcknowledged();
    await expectStored(devices);
  });
});
