/** Devices over both clients against a bare Aedes on a real socket. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { decodeDeviceStatus } from '@vitalwire/core/vitals/codec.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { connectMqtt } from '../src/device/mqtt-transport.ts';
import { leanTransport } from '../src/device/lean-transport.ts';
import { NO_FAULT, type DeviceFault } from '../src/faults/device-fault.ts';
import { createFleet, startNow, type Fleet } from '../src/fleet/fleet.ts';
import { Schedule } from '../src/load/schedule.ts';
import { Tally } from '../src/report/tally.ts';
import { measured, type VitalsSource } from '../src/signals/vitals-source.ts';
import { eventually, startBroker, type TestBroker } from './support/broker.ts';

const never = new AbortController().signal;
const heart: VitalsSource = { measure: (atS) => measured({ ...noVitals(), heartbeat: atS }) };

describe.each([
  ['mqtt.js', connectMqtt],
  ['the lean client', leanTransport(systemClock)],
] as const)('a fleet on a broker, over %s', (_, connect) => {
  let broker: TestBroker;
  let fleet: Fleet;
  let tally: Tally;
  let window: number | undefined;

  beforeEach(async () => {
    broker = await startBroker();
    tally = new Tally(systemClock);
    window = undefined;
  });
  afterEach(async () => {
    await fleet.stop();
    await broker.stop();
  });

  const create = (
    devices: number,
    rate: number,
    source = heart,
    durationMs = Number.POSITIVE_INFINITY,
    fault?: DeviceFault,
  ): Fleet =>
    createFleet(
      {
        devices: Array.from({ length: devices }, (_, i) => ({
          index: i,
          fault,
          identity: { deviceId: `D${i}`, region: 'West' },
          token: `token-${i}`,
          patientId: `P${i}`,
          source,
        })),
        url: broker.url,
        mode: 'test',
        bootId: 7,
        fleetSize: devices,
        schedule: new Schedule([{ durationMs, fromPerS: rate * devices, toPerS: rate * devices }]),
        window,
        patientStartS: 0,
        patientStepS: 1,
        seed: 1,
        backoff: { firstPauseMs: 50, maxPauseMs: 200, jitter: true },
        heldMax: 10_000,
        connectsPerS: 500,
      },
      { connect, clock: systemClock, observe: () => tally, onTurnLate: () => {} },
    );

  const everySequence = (): number[] =>
    [...new Set([...broker.live(), ...broker.backfilled()].map((reading) => reading.sequence))].sort(
      (a, b) => a - b,
    );

  it('makes rate times duration readings of each device, spread over the time, and has all acknowledged', async () => {
    fleet = create(5, 20, heart, 1_000);
    await fleet.connect(5_000, never);
    expect(fleet.connected).toBe(5);
    await fleet.run(startNow(systemClock));
    await fleet.drain(5_000);
    expect(tally).toMatchObject({ made: 100, sent: 100, acknowledged: 100, resent: 0 });
    const ofOne = broker.live().filter((reading) => reading.deviceId === 'D3');
    expect(ofOne.map((reading) => [reading.sequence, reading.vitals.heartbeat])).toEqual(
      Array.from({ length: 20 }, (_, i) => [i + 1, i]),
    );
    expect(ofOne.every((reading) => reading.mode === 'test' && reading.bootId === 7)).toBe(true);
    expect(ofOne.at(-1)!.measuredAtMs - ofOne[0]!.measuredAtMs).toBe(950);
    expect(broker.connects[3]).toMatchObject({ username: broker.connects[3]!.id });
  });

  it('has a broker send the will of the same boot when the network goes, and says BORN again', async () => {
    fleet = create(1, 10);
    await fleet.connect(5_000, never);
    const states = (): string[] =>
      broker.arrivals
        .filter(({ topic }) => topic === 'vitals/v1/West/D0/status')
        .map(({ payload }) => `${decodeDeviceStatus(payload).state} ${decodeDeviceStatus(payload).bootId}`);
    await eventually(() => states().length === 1);
    broker.cutAll();
    await eventually(() => states().length >= 3);
    expect(states().slice(0, 3).sort()).toEqual(['born 7', 'born 7', 'dead 7']);
    expect(
      broker.arrivals.filter(({ topic }) => topic.endsWith('/status')).every(({ retain }) => retain),
    ).toBe(true);
  });

  it('sends again what was not acknowledged when the connection went', async () => {
    fleet = create(1, 50);
    await fleet.connect(5_000, never);
    const running = fleet.run(startNow(systemClock));
    await eventually(() => tally.acknowledged >= 5);
    broker.withholdAcknowledgements = true;
    const before = broker.live().length;
    await eventually(() => broker.live().length >= before + 5);
    broker.withholdAcknowledgements = false;
    broker.cutAll();
    await eventually(() => tally.resent >= 5);
    fleet.halt();
    await running;
    await fleet.drain(5_000);
    expect(tally.acknowledged).toBe(tally.made);
    expect(everySequence()).toEqual(Array.from({ length: tally.made }, (_, i) => i + 1));
    const timesArrived = Map.groupBy(broker.live(), (reading) => reading.sequence);
    const twice = [...timesArrived.values()].filter((arrivals) => arrivals.length > 1);
    expect(twice.length).toBeGreaterThanOrEqual(5);
    for (const [first, second] of twice) expect(second).toEqual(first);
  });

  it('finds out a connection that died without a word, also when the schedule is over', async () => {
    fleet = create(1, 50, heart, Number.POSITIVE_INFINITY, { ...NO_FAULT, ackTimeoutMs: 2_000 });
    await fleet.connect(5_000, never);
    const running = fleet.run(startNow(systemClock));
    await eventually(() => tally.acknowledged >= 5);
    broker.withholdAcknowledgements = true;
    const before = broker.live().length;
    await eventually(() => broker.live().length >= before + 3);
    fleet.halt();
    await running;
    expect(fleet.waiting).toBeGreaterThan(0);
    broker.withholdAcknowledgements = false;
    await fleet.drain(60_000);
    expect(tally.acknowledged).toBe(tally.made);
  });

  it('brings an outage afterwards, oldest first', async () => {
    fleet = create(1, 100);
    await fleet.connect(5_000, never);
    const running = fleet.run(startNow(systemClock));
    await eventually(() => tally.acknowledged >= 5);
    broker.refuseConnections = true;
    broker.cutAll();
    await eventually(() => fleet.waiting >= 30 && tally.connectionsRefused > 0);
    broker.refuseConnections = false;
    await eventually(() => fleet.waiting < 30);
    fleet.halt();
    await running;
    await fleet.drain(5_000);
    expect(tally.connectionsRefused).toBeGreaterThan(0);
    expect(tally.acknowledged).toBe(tally.made);
    expect(everySequence()).toEqual(Array.from({ length: tally.made }, (_, i) => i + 1));
    const inOrder = [...new Set(broker.live().map(({ sequence }) => sequence))];
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    expect(tally.pubackUs.maxValue / 1_000).toBeGreaterThan(250);
  });

  it('in a closed window keeps so many readings unacknowledged, and no more', async () => {
    window = 3;
    fleet = create(2, 1);
    await fleet.connect(5_000, never);
    broker.withholdAcknowledgements = true;
    const running = fleet.run(startNow(systemClock));
    await eventually(() => broker.live().length >= 6);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fleet.waiting).toBe(6);
    broker.withholdAcknowledgements = false;
    broker.cutAll();
    await eventually(() => tally.made > 20);
    fleet.halt();
    await running;
    await fleet.drain(20_000);
    expect(tally.acknowledged).toBe(tally.made);
    const moments = broker.live().filter(({ deviceId }) => deviceId === 'D0');
    expect(new Set(moments.map(({ measuredAtMs }) => measuredAtMs)).size).toBe(
      new Set(moments.map(({ sequence }) => sequence)).size,
    );
  });

  it('passes over moments without a measurement, and ends with its sources', async () => {
    const gappy: VitalsSource = {
      measure: (atS) =>
        atS >= 10 ? undefined : measured({ ...noVitals(), heartbeat: atS % 2 === 0 ? atS : undefined }),
    };
    fleet = create(2, 100, gappy);
    await fleet.connect(5_000, never);
    await fleet.run(startNow(systemClock));
    await fleet.drain(5_000);
    expect(
      broker
        .live()
        .filter((reading) => reading.deviceId === 'D0')
        .map((r) => r.vitals.heartbeat),
    ).toEqual([0, 2, 4, 6, 8]);
  });
});
