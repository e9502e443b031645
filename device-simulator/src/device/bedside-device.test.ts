import { describe, expect, it } from 'vitest';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { decodeDeviceStatus, decodeReading, decodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { Tally } from '../report/tally.ts';
import { createRandom } from '../signals/random.ts';
import { measured } from '../signals/vitals-source.ts';
import { BedsideDevice } from './bedside-device.ts';
import type { ConnectOptions, OutgoingMessage, Refusal, TransportEvents } from './transport.ts';

type Acknowledge = (refusal?: Refusal) => void;

/** The network by hand: every connection that the device makes, and what it published on it. */
class Network {
  readonly connections: Connection[] = [];
  readonly connect = (options: ConnectOptions, events: TransportEvents) => {
    const connection = new Connection(options, events);
    this.connections.push(connection);
    return connection;
  };
  get last(): Connection {
    return this.connections.at(-1)!;
  }
}

class Connection {
  readonly published: (OutgoingMessage & { acknowledge: Acknowledge })[] = [];
  isEnded = false;
  readonly options: ConnectOptions;
  readonly events: TransportEvents;

  constructor(options: ConnectOptions, events: TransportEvents) {
    this.options = options;
    this.events = events;
  }

  publish(message: OutgoingMessage, onAcknowledged: (refusal: Refusal | undefined) => void): void {
    this.published.push({ ...message, acknowledge: (refusal) => onAcknowledged(refusal) });
  }

  async end(): Promise<void> {
    this.isEnded = true;
    this.events.onClosed({ refused: false, reason: 'ended' });
  }

  drop(): void {
    this.events.onClosed({ refused: false, reason: 'cut' });
  }

  on(kind: 'readings' | 'backfill' | 'status'): (OutgoingMessage & { acknowledge: Acknowledge })[] {
    return this.published.filter(({ topic }) => topic === `vitals/v1/West/D1/${kind}`);
  }

  get sequences(): number[] {
    return this.on('readings').map(({ payload }) => decodeReading(payload).sequence);
  }

  get batches(): number[][] {
    return this.on('backfill').map(({ payload }) => decodeReadingBatch(payload).map((r) => r.sequence));
  }
}

function makeDevice(): {
  device: BedsideDevice;
  network: Network;
  clock: ManualClock;
  tally: Tally;
  take: () => void;
} {
  const clock = new ManualClock();
  const network = new Network();
  const tally = new Tally(clock);
  const device = new BedsideDevice({
    identity: { deviceId: 'D1', region: 'West' },
    patientId: 'P1',
    mode: 'test',
    bootId: 77,
    url: 'mqtt://nowhere',
    token: 'token',
    temperatureUnit: 'F',
    connect: network.connect,
    backoff: { firstPauseMs: 1_000, maxPauseMs: 8_000, jitter: true },
    inFlightMax: 4,
    heldMax: 6,
    ackTimeoutMs: 30_000,
    clock,
    random: createRandom(1),
    observer: tally,
  });
  const take = (): void =>
    device.take(measured({ ...noVitals(), heartbeat: 70 }), clock.monotonic(), clock.now());
  device.start();
  return { device, network, clock, tally, take };
}

describe('a bedside device', () => {
  it('says BORN when it connects, retained, and leaves DEAD of the same boot as its will', () => {
    const { network } = makeDevice();
    network.last.events.onConnected();
    const [born] = network.last.on('status');
    expect(born?.retain).toBe(true);
    expect(decodeDeviceStatus(born!.payload)).toMatchObject({ state: 'born', bootId: 77, patientId: 'P1' });
    const { will } = network.last.options;
    expect(will?.topic).toBe('vitals/v1/West/D1/status');
    expect(decodeDeviceStatus(will!.payload)).toMatchObject({ state: 'dead', bootId: 77, deviceId: 'D1' });
  });

  it('numbers its readings from 1, also those that it could not send', () => {
    const { network, take } = makeDevice();
    take();
    network.last.events.onConnected();
    take();
    expect(network.last.sequences).toEqual([1, 2]);
  });

  it('sends again, byte for byte, what the lost connection had not acknowledged', () => {
    const { device, network, clock, tally, take } = makeDevice();
    network.last.events.onConnected();
    for (let i = 0; i < 3; i++) take();
    const first = network.last;
    first.on('readings')[1]!.acknowledge();
    device.cut();
    return clock.advance(1_000).then(() => {
      network.last.events.onConnected();
      expect(network.last.sequences).toEqual([1, 3]);
      expect(network.last.on('readings')[0]!.payload).toEqual(first.on('readings')[0]!.payload);
      for (const { acknowledge } of network.last.on('readings')) acknowledge();
      expect(tally).toMatchObject({ made: 3, sent: 3, acknowledged: 3, resent: 2 });
      expect(device.waiting).toBe(0);
    });
  });

  it('sends what a long outage held back as one backfill, then goes on live, and gives up the oldest beyond its memory', async () => {
    const { device, network, clock, tally, take } = makeDevice();
    network.last.events.onConnected();
    device.cut();
    for (let i = 0; i < 8; i++) take();
    expect(tally.dropped).toBe(2);
    await clock.advance(11_000);
    network.last.events.onConnected();
    take();
    expect(network.last.batches).toEqual([[3, 4, 5, 6, 7, 8]]);
    expect(network.last.sequences).toEqual([9]);
    network.last.on('backfill')[0]!.acknowledge();
    expect(tally.acknowledged).toBe(6);
  });

  it('sends the older of an outage first, as a backfill, and the younger after it, live', async () => {
    const { device, network, clock, take } = makeDevice();
    network.last.events.onConnected();
    device.cut();
    for (let i = 0; i < 3; i++) take();
    await clock.advance(11_000);
    for (let i = 0; i < 2; i++) take();
    network.last.events.onConnected();
    take();
    const order = network.last.published.filter(({ topic }) => !topic.endsWith('/status'));
    expect(order.map(({ topic }) => topic.split('/').at(-1))).toEqual([
      'backfill',
      'readings',
      'readings',
      'readings',
    ]);
    expect(network.last.batches).toEqual([[1, 2, 3]]);
    expect(network.last.sequences).toEqual([4, 5, 6]);
  });

  it('holds readings back beyond what may be in flight, and backfills them as room comes', () => {
    const { network, take } = makeDevice();
    network.last.events.onConnected();
    for (let i = 0; i < 6; i++) take();
    expect(network.last.sequences).toEqual([1, 2, 3, 4]);
    network.last.on('readings')[0]!.acknowledge();
    expect(network.last.batches).toEqual([[5, 6]]);
  });

  it('takes a connection for dead on which a PUBACK stays away', async () => {
    const { network, clock, take } = makeDevice();
    network.last.events.onConnected();
    take();
    await clock.advance(30_001);
    take();
    await clock.advance(1_000);
    expect(network.connections).toHaveLength(2);
  });

  it('takes it for dead also when no reading follows, once somebody asks', async () => {
    const { device, network, clock, take } = makeDevice();
    network.last.events.onConnected();
    take();
    device.dropDeadConnection();
    await clock.advance(30_001);
    expect(network.connections).toHaveLength(1);
    device.dropDeadConnection();
    await clock.advance(1_000);
    expect(network.connections).toHaveLength(2);
  });

  it('counts a refusal, and does not send the reading again', async () => {
    const { device, network, tally, take } = makeDevice();
    network.last.events.onConnected();
    take();
    network.last.on('readings')[0]!.acknowledge({ reason: 'quota exceeded' });
    expect(tally).toMatchObject({
      refused: 1,
      acknowledged: 0,
      lastTrouble: 'reading refused: quota exceeded',
    });
    expect(device.waiting).toBe(0);
  });

  it('pauses twice as long after each failure, half of it by chance, up to the most; anew after a good connection', async () => {
    const { network, clock } = makeDevice();
    const pauses: number[] = [];
    const pauseOf = async (): Promise<number> => {
      const before = network.connections.length;
      const fromMs = clock.monotonic();
      network.last.events.onClosed({ refused: false, reason: 'no' });
      while (network.connections.length === before) await clock.advance(10);
      return clock.monotonic() - fromMs;
    };
    for (let i = 0; i < 6; i++) pauses.push(await pauseOf());
    for (const [i, ceilingMs] of [1_000, 2_000, 4_000, 8_000, 8_000, 8_000].entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(ceilingMs / 2);
      expect(pauses[i]).toBeLessThanOrEqual(ceilingMs + 10);
    }
    network.last.events.onConnected();
    expect(await pauseOf(), 'accepted and closed at once').toBeGreaterThanOrEqual(4_000);
    network.last.events.onConnected();
    await clock.advance(5_000);
    expect(await pauseOf(), 'stood for five seconds').toBeLessThanOrEqual(1_010);
  });

  it('says DEAD and DISCONNECT when it is stopped, and does not come back', async () => {
    const { device, network, clock, tally } = makeDevice();
    network.last.events.onConnected();
    const stopped = device.stop();
    const dead = network.last.on('status').at(-1)!;
    expect(decodeDeviceStatus(dead.payload).state).toBe('dead');
    dead.acknowledge();
    await stopped;
    await clock.advance(60_000);
    expect(network.last.isEnded).toBe(true);
    expect(network.connections).toHaveLength(1);
    expect(tally.connectionsLost).toBe(0);
  });

  it('stops within a bounded time though the broker hangs', async () => {
    const { device, network, clock } = makeDevice();
    network.last.events.onConnected();
    let isStopped = false;
    void device.stop().then(() => (isStopped = true));
    await clock.advance(2_100);
    expect(isStopped).toBe(true);
  });
});
