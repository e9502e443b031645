import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { CLOSED_WINDOW_STEP_MS, RESTING, newHistogram, percentiles, record } from '../embedded.ts';
import { startCluster } from '../engines/cluster.ts';
import { higher, latency, lower } from '../figure.ts';
import { connectFleet, type LoadDevice } from '../fleet.ts';
import type { Measurement } from '../measurement.ts';

const DEVICES = 200;
const WINDOW = 20;
/** Kafka and the gateway compile what they run often. */
const WARM_UP_MS = 8_000;
const AIM_READINGS_PER_SECOND = 100_000;

export const kafkaIngest: Measurement = {
  name: 'kafka-ingest',
  about: `durable readings through the gateway's process into Kafka, closed window (${DEVICES} devices × ${WINDOW})`,
  needs: 'engines',
  async run({ seconds, note }) {
    const cluster = await startCluster(['ingest-gateway'], {}, note);
    try {
      const puback = newHistogram();
      let phase: 'warming' | 'measuring' | 'over' = 'warming';
      const startedAtMs = systemClock.now();
      const sent = new Map<LoadDevice, number>();
      // Moments a device never repeats, close to the present at any rate up to what one machine can take.
      const publish = (device: LoadDevice): void => {
        const nth = (sent.get(device) ?? 0) + 1;
        sent.set(device, nth);
        device.publish(startedAtMs + nth * CLOSED_WINDOW_STEP_MS, performance.now(), RESTING);
      };
      const fleet = await connectFleet(cluster, DEVICES, (device, latencyMs) => {
        if (phase === 'measuring') record(puback, latencyMs);
        if (phase !== 'over') publish(device);
      });
      for (const device of fleet.devices) for (let i = 0; i < WINDOW; i++) publish(device);
      note('warming up');
      await sleep(WARM_UP_MS);
      note('measuring');
      phase = 'measuring';
      const acknowledged = fleet.acknowledged();
      const startMs = performance.now();
      const gateway = cluster.cpuSeconds('ingest-gateway');
      const broker = cluster.cpuSeconds('kafka');
      await sleep(seconds * 1000);
      const readings = fleet.acknowledged() - acknowledged;
      const took = (performance.now() - startMs) / 1000;
      const gatewayCpu = cluster.cpuSeconds('ingest-gateway') - gateway;
      const brokerCpu = cluster.cpuSeconds('kafka') - broker;
      phase = 'over';
      await sleep(300);
      fleet.close();
      return [
        higher('acknowledged', readings / took, 'readings/s', AIM_READINGS_PER_SECOND),
        lower('CPU of the gateway', (gatewayCpu / readings) * 1e6, 'µs a reading'),
        lower('CPU of the broker', (brokerCpu / readings) * 1e6, 'µs a reading'),
        lower('CPU of both', ((gatewayCpu + brokerCpu) / readings) * 1e6, 'µs a reading'),
        ...latency('PUBACK', percentiles(puback)),
      ];
    } finally {
      await cluster.stop();
    }
  },
};
