import {
  ALARM_DELAY_MS,
  DESATURATED,
  DEVICE_HZ,
  EPISODE_MS,
  PERIOD_MS,
  RESTING,
  SHUFFLE,
  newHistogram,
  percentiles,
  record,
  runSchedule,
  shortDelaySettings,
} from '../embedded.ts';
import { HOPS, alertHops, type SeenAlert } from '../engines/alert-hops.ts';
import { AlertLedger } from '../engines/alert-ledger.ts';
import { startCluster, type Cluster } from '../engines/cluster.ts';
import { untilConsumed } from '../engines/until-consumed.ts';
import { higher, latency, lower } from '../figure.ts';
import { connectFleet } from '../fleet.ts';
import type { Figure, Measurement } from '../measurement.ts';
import { watch } from '../station.ts';

const READINGS_PER_SECOND = 2_000;
/** A whole period of episodes, in which processes compile what they run often: told apart as the cold start. */
const WARM_UP_MS = PERIOD_MS;
const READING_EVERY_MS = 1000 / DEVICE_HZ;
/** Beyond this an alert counts as late; one that was not seen though everything was consumed is lost. */
const LATE_MS = 1_000;
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
  const ledger = new AlertLedger();
  const seen: SeenAlert[] = [];
  let late = 0;
  const station = await watch(cluster, {
    vitals(patientId, measuredAtMs) {
      const key = `${patientId} ${measuredAtMs}`;
      const dueMs = sentDueMs.get(key);
      if (dueMs === undefined) return;
      sentDueMs.delete(key);
      if (isWarm) record(vitals, performance.now() - dueMs);
    },
    alertRaised(patientId, onsetMs) {
      const alert = ledger.see(patientId, onsetMs);
      if (alert === undefined) return;
      const nowMs = performance.now();
      const latencyMs = nowMs - alert.dueMs;
      record(alert.isWarm ? alerts : cold, latencyMs);
      if (!alert.isWarm) return;
      if (latencyMs > LATE_MS) late++;
      const { timeOrigin } = performance;
      seen.push({
        patientId,
        measuredAtMs: alert.measuredAtMs,
        dueAtMs: timeOrigin + alert.dueMs,
        shownAtMs: timeOrigin + nowMs,
      });
    },
  });
  note('warming up');
  const cpu = cpuMeter(cluster);
  const onsets = new Map<string, number>();
  await runSchedule(count, WARM_UP_MS / 1000 + seconds, (index, atMs, wallMs, dueMs) => {
    if (!isWarm && atMs >= WARM_UP_MS) {
      isWarm = true;
      cpu.start();
      note('measuring');
    }
    const device = fleet.devices[index]!;
    const { patientId } = device;
    const intoMs = (atMs + (((index * SHUFFLE) % count) * PERIOD_MS) / count) % PERIOD_MS;
    // An episode that was under way when the run began has its onset, and so its alert, at another moment.
    if (intoMs < READING_EVERY_MS) onsets.set(patientId, wallMs);
    const onsetMs = onsets.get(patientId);
    const completesDelay = intoMs >= ALARM_DELAY_MS && intoMs < ALARM_DELAY_MS + READING_EVERY_MS;
    if (onsetMs !== undefined && completesDelay)
      ledger.expect({ patientId, onsetMs, measuredAtMs: wallMs, dueMs, isWarm });
    if (isWarm) sentDueMs.set(`${patientId} ${wallMs}`, dueMs);
    device.publish(wallMs, dueMs, intoMs < EPISODE_MS ? DESATURATED : RESTING);
  });
  const used = cpu.figures(READINGS_PER_SECOND * seconds);
  note('waiting for the last alerts');
  await untilConsumed(cluster.brokers, () => ledger.awaited.length === 0);
  station.close();
  fleet.close();
  note('reading the hops back from the log');
  return [
    ...latency('alert on the station, beyond its delay', percentiles(alerts), AIM),
    ...hopFigures(await alertHops(cluster.brokers, seen)),
    higher('alerts measured', percentiles(alerts).count, ''),
    lower(`alerts late (more than ${LATE_MS / 1000} s)`, late, '', 0),
    lower('alerts lost', ledger.awaited.length, '', 0),
    ...latency('cold start: alert', percentiles(cold)),
    ...latency('PUBACK', percentiles(puback)),
    ...latency('vitals on the station', percentiles(vitals)),
    ...used,
  ];
}

/** CPU of each process from `start` on. */
function cpuMeter(cluster: Cluster): { start(): void; figures(readings: number): readonly Figure[] } {
  const processes = [...COMPONENTS, 'kafka', 'redis'] as const;
  const before = new Map<string, number>();
  return {
    start: () => processes.forEach((name) => before.set(name, cluster.cpuSeconds(name))),
    figures: (readings) =>
      processes.map((name) => {
        const seconds = cluster.cpuSeconds(name) - (before.get(name) ?? NaN);
        return lower(`CPU: ${name}`, (seconds / readings) * 1e6, 'µs a reading');
      }),
  };
}

function hopFigures(alerts: readonly (readonly number[])[]): readonly Figure[] {
  return HOPS.flatMap((hop, index) => {
    const sorted = alerts.map((hops) => hops[index] ?? NaN).toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
    return [lower(`  ${hop} p50`, at(0.5), 'ms'), lower(`  ${hop} p99`, at(0.99), 'ms')];
  });
}
