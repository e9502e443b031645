import { setTimeout as sleep } from 'node:timers/promises';
import { DEVICE_HZ, RESTING, newHistogram, percentiles, record, runSchedule } from '../embedded.ts';
import { startCluster, type Cluster } from '../engines/cluster.ts';
import { latency, lower } from '../figure.ts';
import { connectFleet } from '../fleet.ts';
import type { Figure, Measurement } from '../measurement.ts';
import { watch } from '../station.ts';

const PARTITIONS = [1, 4, 12] as const;
const READINGS_PER_SECOND = 2_000;
const WARM_UP_MS = 8_000;
const COMPONENTS = ['alert-engine', 'alerting', 'ingest-gateway'] as const;
const MEASURED = [...COMPONENTS, 'kafka', 'redis'] as const;

export const growthPartitions: Measurement = {
  name: 'growth-partitions',
  about: `${READINGS_PER_SECOND.toLocaleString('en')} readings/s through Kafka and Redis with ${PARTITIONS.join(', ')} partitions, one process a component`,
  needs: 'engines',
  async run({ seconds, note }) {
    const figures: Figure[] = [];
    for (const partitions of PARTITIONS) {
      const cluster = await startCluster(COMPONENTS, { LOG_PARTITIONS: String(partitions) }, note);
      try {
        const name = `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`;
        note(name);
        figures.push(...(await measure(cluster, name, seconds)));
      } finally {
        await cluster.stop();
      }
    }
    return figures;
  },
};

async function measure(cluster: Cluster, name: string, seconds: number): Promise<readonly Figure[]> {
  const [puback, vitals] = [newHistogram(), newHistogram()];
  const dueMs = new Map<string, number>();
  const cpu = (): Map<string, number> => new Map(MEASURED.map((of) => [of, cluster.cpuSeconds(of)]));
  let before: Map<string, number> | undefined;
  const fleet = await connectFleet(cluster, READINGS_PER_SECOND / DEVICE_HZ, (_, latencyMs) => {
    if (before) record(puback, latencyMs);
  });
  const station = await watch(cluster, {
    vitals(patientId, measuredAtMs) {
      const key = `${patientId} ${measuredAtMs}`;
      const due = dueMs.get(key);
      dueMs.delete(key);
      if (due !== undefined) record(vitals, performance.now() - due);
    },
    alertRaised: () => {},
  });
  await runSchedule(fleet.devices.length, WARM_UP_MS / 1_000 + seconds, (index, atMs, wallMs, due) => {
    const device = fleet.devices[index]!;
    if (atMs >= WARM_UP_MS) {
      before ??= cpu();
      dueMs.set(`${device.patientId} ${wallMs}`, due);
    }
    device.publish(wallMs, due, RESTING);
  });
  const after = cpu();
  await sleep(500);
  station.close();
  fleet.close();
  const readings = READINGS_PER_SECOND * seconds;
  return [
    ...MEASURED.map((of) =>
      lower(
        `${name}: CPU of ${of}`,
        (((after.get(of) ?? 0) - (before?.get(of) ?? 0)) / readings) * 1e6,
        'µs a reading',
      ),
    ),
    ...latency(`${name}: PUBACK`, percentiles(puback)),
    ...latency(`${name}: vitals on the station`, percentiles(vitals)),
  ];
}
