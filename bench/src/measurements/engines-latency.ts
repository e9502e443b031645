import { setTimeout as sleep } from 'node:timers/promises';
import {
  ALARM_DELAY_MS,
  DESATURATED,
  DEVICE_HZ,
  EPISODE_MS,
  PERIOD_MS,
  RESTING,
  newHistogram,
  percentiles,
  record,
  runSchedule,
  shortDelaySettings,
} from '../embedded.ts';
import { HOPS, alertHops, type SeenAlert } from '../engines/alert-hops.ts';
import { startCluster, type Cluster } from '../engines/cluster.ts';
import { higher, latency, lower } from '../figure.ts';
import { connectFleet } from '../fleet.ts';
import type { Figure, Measurement } from '../measurement.ts';
import { watch } from '../station.ts';

const READINGS_PER_SECOND = 2_000;
/** A whole period of episodes, in which processes compile what they run often: told apart as the cold start. */
const WARM_UP_MS = PERIOD_MS;
const AIM = { p50Ms: 5, p99Ms: 25 } as const;
const COMPONENTS = ['alert-engine', 'alerting', 'ingest-gateway'] as const;

export const enginesLatency: Measurement = {
  name: 'engines-latency',
  about: `alerts through Kafka and Redis at ${READINGS_PER_SECOND.toLocaleString('en')} readings/s, each component a process, from when a reading was due`,
  needs: 'engines',
  async run({ seconds, note }) {
    const settings = shortDelaySettings();
    const cluster = await startCluster(COMPONENTS, { ALARMS_FILE: settings.path }, note);
    try {
      return await measure(cluster, seconds, note);
    } finally {
      await cluster.stop();
      settings.remove();
    }
  },
};

interface AwaitedAlert {
  readonly dueMs: number;
  readonly wallMs: number;
  readonly isWarm: boolean;
}

async function measure(
  cluster: Cluster,
  seconds: number,
  note: (text: string) => void,
): Promise<readonly Figure[]> {
  const [puback, vitals, alerts, cold] = [newHistogram(), newHistogram(), newHistogram(), newHistogram()];
  const count = READINGS_PER_SECOND / DEVICE_HZ;
  let isWarm = false;
  const fleet = await connectFleet(cluster, count, (_, latencyMs) => {
    if (isWarm) record(puback, latencyMs);
  });
  const sentDueMs = new Map<string, number>();
  const awaited = new Map<string, AwaitedAlert>();
  const seen: SeenAlert[] = [];
  const station = await watch(cluster, {
    vitals(patientId, measuredAtMs) {
      const key = `${patientId} ${measuredAtMs}`;
      const dueMs = sentDueMs.get(key);
      if (dueMs === undefined) return;
      sentDueMs.delete(key);
      if (isWarm) record(vitals, performance.now() - dueMs);
    },
    alertRaised(patientId) {
      const alert = awaited.get(patientId);
      if (alert === undefined) return;
      awaited.delete(patientId);
      const nowMs = performance.now();
      record(alert.isWarm ? alerts : cold, nowMs - alert.dueMs);
      if (!alert.isWarm) return;
      const { timeOrigin } = performance;
      seen.push({
        patientId,
        measuredAtMs: alert.wallMs,
        dueAtMs: timeOrigin + alert.dueMs,
        shownAtMs: timeOrigin + nowMs,
      });
    },
  });
  note('warming up');
  await runSchedule(count, WARM_UP_MS / 1000 + seconds, (index, atMs, wallMs, dueMs) => {
    if (!isWarm && atMs >= WARM_UP_MS) {
      isWarm = true;
      note('measuring');
    }
    const device = fleet.devices[index]!;
    const intoMs = (atMs + (index * PERIOD_MS) / count) % PERIOD_MS;
    const isWhole = atMs >= intoMs;
    const completesDelay = intoMs >= ALARM_DELAY_MS && intoMs < ALARM_DELAY_MS + 1000 / DEVICE_HZ;
    if (isWhole && completesDelay) awaited.set(device.patientId, { dueMs, wallMs, isWarm });
    if (isWarm) sentDueMs.set(`${device.patientId} ${wallMs}`, dueMs);
    device.publish(wallMs, dueMs, intoMs < EPISODE_MS ? DESATURATED : RESTING);
  });
  await sleep(1_000);
  station.close();
  fleet.close();
  note('reading the hops back from the log');
  return [
    ...latency('alert on the station, beyond its delay', percentiles(alerts), AIM),
    ...hopFigures(await alertHops(cluster.brokers, seen)),
    higher('alerts measured', percentiles(alerts).count, ''),
    lower('alerts not seen', awaited.size, '', 0),
    ...latency('cold start: alert', percentiles(cold)),
    ...latency('PUBACK', percentiles(puback)),
    ...latency('vitals on the station', percentiles(vitals)),
  ];
}

function hopFigures(alerts: readonly (readonly number[])[]): readonly Figure[] {
  return HOPS.flatMap((hop, index) => {
    const sorted = alerts.map((hops) => hops[index] ?? NaN).toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
    return [lower(`  ${hop} p50`, at(0.5), 'ms'), lower(`  ${hop} p99`, at(0.99), 'ms')];
  });
}
