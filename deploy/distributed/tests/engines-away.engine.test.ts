import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import { startEngine, stopEngine, type EngineName } from '@vitalwire/engines/engines.ts';
import { stationSocket, type StationSocket } from '../../embedded/tests/support/station-socket.ts';
import { Bedside } from './support/bedside.ts';
import { Cluster } from './support/cluster.ts';
import { expectStored, raisedBy } from './support/stored.ts';

const REGION = 'Northeast';
/** How long an engine is away: 60 s is what the design promises to bear, a third of it shows the same. */
const AWAY_S = Number(process.env['VITALWIRE_TEST_AWAY_S'] ?? '20');
const DEVICES = 6;
/** Of a gateway: far above what it has, far below what an unbounded queue would come to in a minute of full load. */
const MEMORY_MAX_BYTES = 400 * 1024 * 1024;

describe.runIf(!process.env['VITALWIRE_TEST_ENGINES_GIVEN'])(
  `an engine away for ${AWAY_S} s`,
  { timeout: AWAY_S * 1000 + 400_000 },
  () => {
    let cluster: Cluster;
    let station: StationSocket;
    let devices: Bedside[] = [];
    let pids: (number | undefined)[];

    beforeAll(async () => {
      cluster = await Cluster.start({ 'ingest-gateway': 1, alerting: 1, storage: 1, 'alert-engine': 1 });
      const token = await cluster.staffToken();
      station = await stationSocket(cluster.httpUrl(), { token, regions: [REGION] });
      await station.next((frame) => frame.type === 'heartbeat');
    });
    beforeEach(() => {
      pids = livePids();
    });
    afterEach(async () => {
      await Promise.all(devices.map((device) => device.stop()));
      // All flows again without a restart.
      expect(livePids()).toEqual(pids);
    });
    afterAll(async () => {
      station.close();
      expect(await cluster.stop()).toEqual([]);
    });

    const livePids = (): (number | undefined)[] =>
      (['ingest-gateway', 'alerting', 'storage', 'alert-engine'] as const).flatMap((name) =>
        cluster.of(name).map((member) => (member.process.isRunning ? member.process.pid : undefined)),
      );
    const ward = async (): Promise<Bedside[]> => {
      const name = freshName('');
      devices = await Promise.all(
        Array.from({ length: DEVICES }, (_, i) => Bedside.start(cluster, `${name}-${i}`)),
      );
      return devices;
    };
    /** The rest of the time that the engine is away. */
    const without = async (engine: EngineName, meanwhile: () => Promise<void>): Promise<void> => {
      await stopEngine(engine);
      try {
        const gone = sleep(AWAY_S * 1000);
        await meanwhile();
        await gone;
      } finally {
        await startEngine(engine);
      }
    };
    const gatewayMetric = async (pattern: RegExp): Promise<number> => {
      const [gateway] = cluster.of('ingest-gateway');
      const text = await (await fetch(`http://127.0.0.1:${gateway?.ports['health']}/metrics`)).text();
      return Number(pattern.exec(text)?.[1]);
    };
    const expectRaisedOnce = (patients: readonly Bedside[]): Promise<void> =>
      eventually(() => {
        for (const { patientId } of patients) expect(raisedBy(station, patientId)).toHaveLength(1);
      });
    const expectAllStored = async (): Promise<void> => {
      for (const device of devices) device.fallSilent();
      await eventually(() => {
        for (const device of devices) expect(device.unacknowledged).toBe(0);
      });
      await expectStored(devices);
    };
    const countOf = (type: string): number => station.frames.filter((frame) => frame.type === type).length;
    const saysNotMonitoring = (): number =>
      station.frames.filter((frame) => frame.type === 'error' && frame['code'] === 'not_monitoring').length;

    it('Kafka: no PUBACK, bounded memory, stations warned; then everything acknowledged is there and all flows', async () => {
      await ward();
      await eventually(() => expect(devices[0]!.acknowledged.size).toBeGreaterThan(2));
      const doubts = saysNotMonitoring();
      const acknowledged = (): number[] => devices.map((device) => device.acknowledged.size);
      await without('kafka', async () => {
        // What was on its way when the broker went may have been acknowledged in its last moment.
        await eventually(async () => {
          const seen = acknowledged();
          await sleep(2_000);
          expect(acknowledged()).toEqual(seen);
        });
        const before = acknowledged();
        for (const device of devices.slice(0, 2)) device.desaturate();
        await sleep(AWAY_S * 500);
        expect(acknowledged()).toEqual(before);
        expect(devices.every((device) => device.unacknowledged > 0)).toBe(true);
        expect(await gatewayMetric(/^vitalwire_gateway_inflight_bytes\S* (\S+)/m)).toBeGreaterThan(0);
        expect(await gatewayMetric(/^process_resident_memory_bytes\S* (\S+)/m)).toBeLessThan(
          MEMORY_MAX_BYTES,
        );
        await eventually(() => expect(saysNotMonitoring()).toBeGreaterThan(doubts));
      });
      await expectRaisedOnce(devices.slice(0, 2));
      await expectAllStored();
      const heartbeats = countOf('heartbeat');
      await eventually(() => expect(countOf('heartbeat')).toBeGreaterThan(heartbeats));
    });

    it.each(['influxdb', 'cassandra'] as const)(
      '%s: alerts as ever, and storage catches up',
      async (engine) => {
        await ward();
        await without(engine, async () => {
          for (const device of devices.slice(0, 2)) device.desaturate();
          await expectRaisedOnce(devices.slice(0, 2));
          // Without the doubt that the other engines bring, which lasts as long as they are away.
          const heartbeats = countOf('heartbeat');
          await eventually(() => expect(countOf('heartbeat')).toBeGreaterThan(heartbeats));
          if (engine === 'cassandra') return;
          // Started while the database is away, an alert engine does its work all the same.
          const second = await cluster.add('alert-engine');
          expect(await cluster.end(second, 'SIGTERM')).toBe(0);
        });
        await expectAllStored();
      },
    );

    it('Redis: stations are told, alerts wait in the log, and each comes once', async () => {
      await ward();
      await without('redis', async () => {
        for (const device of devices.slice(0, 3)) device.desaturate();
        const doubts = saysNotMonitoring();
        await eventually(() => expect(saysNotMonitoring()).toBeGreaterThan(doubts));
      });
      await expectRaisedOnce(devices.slice(0, 3));
      const heartbeats = countOf('heartbeat');
      await eventually(() => expect(countOf('heartbeat')).toBeGreaterThan(heartbeats));
      await expectAllStored();
      await expectRaisedOnce(devices.slice(0, 3));
    });
  },
);
