/** The embedded figures: how fast it takes readings durably, how soon a nurse sees them, and what a thousand devices weigh. */
import { setTimeout as sleep } from 'node:timers/promises';
import { build, type Histogram } from 'hdr-histogram-js';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { changedAlarmSettings, type SettingsFile } from './changed-alarm-settings.ts';
import { startDeployment, type Deployment, type MeasuredDeployment } from './deployment.ts';
import { connectFleet, type LoadDevice } from './fleet.ts';
import { lagOf, type Lag } from './pipeline-lag.ts';
import { watch } from './station.ts';

const MICROSECONDS = 1000;
export const newHistogram = (): Histogram =>
  build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
export const record = (histogram: Histogram, ms: number): void =>
  histogram.recordValue(Math.max(1, Math.round(ms * MICROSECONDS)));

export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly count: number;
}

export function percentiles(histogram: Histogram): Percentiles {
  const at = (percent: number): number => histogram.getValueAtPercentile(percent) / MICROSECONDS;
  return {
    p50Ms: at(50),
    p99Ms: at(99),
    maxMs: histogram.maxValue / MICROSECONDS,
    count: histogram.totalCount,
  };
}

export interface IngestFigures {
  readonly readingsPerSecond: number;
  readonly cpuMicrosecondsPerReading: number;
  readonly puback: Percentiles;
  /** At the end: acknowledged, durable, and still to be judged or stored in the tiers. */
  readonly behind: Lag;
  readonly caughtUpAfterSeconds: number;
}

const CATCH_UP_SECONDS_MAX = 60;

/** Closed window: each device keeps `window` readings unacknowledged, so the rate is what the deployment can take. */
export async function measureIngest(options: {
  devices: number;
  window: number;
  seconds: number;
}): Promise<IngestFigures> {
  const deployment = await startDeployment({});
  const puback = newHistogram();
  let measuring = false;
  let stopped = false;
  const startedAtMs = systemClock.now();
  const measured = new Map<LoadDevice, number>();
  // Moments a device never repeats, close to the present at any rate up to what one machine can take.
  const publish = (device: LoadDevice): void => {
    const nth = (measured.get(device) ?? 0) + 1;
    measured.set(device, nth);
    device.publish(startedAtMs + nth * CLOSED_WINDOW_STEP_MS, performance.now(), RESTING);
  };
  const fleet = await connectFleet(deployment, options.devices, (device, latencyMs) => {
    if (measuring) record(puback, latencyMs);
    if (!stopped) publish(device);
  });
  for (const device of fleet.devices) for (let i = 0; i < options.window; i++) publish(device);
  await sleep(2_000);
  const [acknowledged, cpu, startMs] = [fleet.acknowledged(), deployment.cpuSeconds(), performance.now()];
  measuring = true;
  await sleep(options.seconds * 1000);
  const readings = fleet.acknowledged() - acknowledged;
  const seconds = (performance.now() - startMs) / 1000;
  const cpuSeconds = deployment.cpuSeconds() - cpu;
  stopped = true;
  const behind = await lagOf(deployment.httpUrl);
  const endMs = performance.now();
  const caughtUpAfterSeconds = (): number => (performance.now() - endMs) / 1000;
  for (let left = behind; left.alerting + left.storage > 0; left = await lagOf(deployment.httpUrl)) {
    if (caughtUpAfterSeconds() > CATCH_UP_SECONDS_MAX) {
      throw new Error(`${left.storage} readings are not stored ${CATCH_UP_SECONDS_MAX} s after the load`);
    }
    await sleep(100);
  }
  const caughtUp = caughtUpAfterSeconds();
  fleet.close();
  await deployment.stop();
  return {
    behind,
    caughtUpAfterSeconds: caughtUp,
    readingsPerSecond: readings / seconds,
    cpuMicrosecondsPerReading: (cpuSeconds / readings) * 1e6,
    puback: percentiles(puback),
  };
}

export interface LatencyFigures {
  readonly readingsPerSecond: number;
  readonly puback: Percentiles;
  readonly vitals: Percentiles;
  /** Beyond the configured delay: from when the reading that completes it was due. */
  readonly alerts: Percentiles;
  /** How late the load itself was, which counts in all of the others. */
  readonly lateness: Percentiles;
  /** Of the whole process, at that rate. */
  readonly cpuMicrosecondsPerReading: number;
}

export const RESTING = { heartbeat: 72, oxygen_saturation: 97, respiratory_rate: 16, temperature: 98.6 };
export const DESATURATED = { ...RESTING, oxygen_saturation: 85 };
export const DEVICE_HZ = 2;
export const CLOSED_WINDOW_STEP_MS = 5;
export const ALARM_DELAY_MS = 2_000;
/**
 * Each patient desaturates for four seconds of every minute, each at another moment: an alert a patient and minute, with that of the score beside
 * it, which is more than the worst ward has, and yet does not make alerts most of what is measured.
 */
export const EPISODE_MS = 4_000;
export const PERIOD_MS = 60_000;
/** A prime: devices send in turn, and neighbours in that turn must not fall ill in turn too, in a burst of all the alerts of half a second. */
export const SHUFFLE = 7_919;
/** A process that has just started compiles its code and meets every patient for the first time; that is no percentile of its work. */
const WARM_UP_S = 8;

/** The embedded deployment, whose alarms have `ALARM_DELAY_MS`. */
export async function measureEmbeddedLatency(options: LatencyOptions): Promise<LatencyFigures> {
  const settings = shortDelaySettings();
  try {
    return await measureLatency(await startDeployment({ ALARMS_FILE: settings.path }), options);
  } finally {
    settings.remove();
  }
}

export interface LatencyOptions {
  readonly readingsPerSecond: number;
  readonly seconds: number;
}

/** Open loop: readings leave on a schedule that does not wait for the deployment, and latency counts from the schedule. Stops the deployment. */
export async function measureLatency(
  deployment: MeasuredDeployment,
  options: LatencyOptions,
): Promise<LatencyFigures> {
  const [puback, vitals, alerts, lateness] = [newHistogram(), newHistogram(), newHistogram(), newHistogram()];
  const count = Math.round(options.readingsPerSecond / DEVICE_HZ);
  let measuring = false;
  const fleet = await connectFleet(deployment, count, (_, latencyMs) => {
    if (measuring) record(puback, latencyMs);
  });
  const sentDueMs = new Map<string, number>();
  const alertDueMs = new Map<string, number>();
  const station = await watch(deployment, {
    vitals(patientId, measuredAtMs) {
      const dueMs = sentDueMs.get(`${patientId} ${measuredAtMs}`);
      if (dueMs === undefined) return;
      sentDueMs.delete(`${patientId} ${measuredAtMs}`);
      record(vitals, performance.now() - dueMs);
    },
    alertRaised(patientId) {
      const dueMs = alertDueMs.get(patientId);
      if (dueMs === undefined) return;
      alertDueMs.delete(patientId);
      record(alerts, performance.now() - dueMs);
    },
  });
  let cpuSeconds = 0;
  await runSchedule(fleet.devices.length, WARM_UP_S + options.seconds, (index, atMs, wallMs, dueMs) => {
    if (!measuring && atMs >= WARM_UP_S * 1000) {
      measuring = true;
      cpuSeconds = deployment.cpuSeconds();
    }
    const device = fleet.devices[index]!;
    const intoMs = (atMs + (((index * SHUFFLE) % count) * PERIOD_MS) / count) % PERIOD_MS;
    const desaturated = intoMs < EPISODE_MS;
    // An episode that was under way when the run began has its onset, and so its alert, at another moment.
    const isWhole = atMs >= intoMs;
    const completesDelay = intoMs >= ALARM_DELAY_MS && intoMs < ALARM_DELAY_MS + 1000 / DEVICE_HZ;
    if (measuring && isWhole && completesDelay) alertDueMs.set(device.patientId, dueMs);
    if (measuring) {
      sentDueMs.set(`${device.patientId} ${wallMs}`, dueMs);
      record(lateness, performance.now() - dueMs);
    }
    device.publish(wallMs, dueMs, desaturated ? DESATURATED : RESTING);
  });
  const usedSeconds = deployment.cpuSeconds() - cpuSeconds;
  await sleep(500);
  station.close();
  fleet.close();
  await deployment.stop();
  return {
    readingsPerSecond: options.readingsPerSecond,
    puback: percentiles(puback),
    vitals: percentiles(vitals),
    alerts: percentiles(alerts),
    lateness: percentiles(lateness),
    cpuMicrosecondsPerReading: (usedSeconds / (options.readingsPerSecond * options.seconds)) * 1e6,
  };
}

/** Calls `send` for every device DEVICE_HZ times a second, the devices evenly spread over the period; late slots are caught up, never skipped. */
export async function runSchedule(
  devices: number,
  seconds: number,
  send: (index: number, atMs: number, wallMs: number, dueMs: number) => void,
): Promise<void> {
  const slotMs = 1000 / (devices * DEVICE_HZ);
  const slots = Math.round((seconds * 1000) / slotMs);
  const [originMs, wallOriginMs] = [performance.now(), systemClock.now()];
  for (let slot = 0; slot < slots;) {
    const elapsedMs = performance.now() - originMs;
    for (; slot < slots && slot * slotMs <= elapsedMs; slot++) {
      const atMs = Math.floor(slot * slotMs);
      send(slot % devices, atMs, wallOriginMs + atMs, originMs + slot * slotMs);
    }
    await sleep(1);
  }
}

/** The default alarm settings with a delay short enough to see many alerts in a short run. */
export const shortDelaySettings = (): SettingsFile =>
  changedAlarmSettings({
    'oxygen_saturation: 15': `oxygen_saturation: ${ALARM_DELAY_MS / 1000}`,
    'clear_after_s: 5': 'clear_after_s: 1',
  });

export interface MemoryFigures {
  readonly devices: number;
  readonly idleMiB: number;
  readonly loadedMiB: number;
  readonly puback: Percentiles;
}

/** Devices at 1 Hz for a while, each another patient. */
export async function measureMemory(options: { devices: number; seconds: number }): Promise<MemoryFigures> {
  const deployment: Deployment = await startDeployment({});
  const idleMiB = deployment.memoryMiB();
  const puback = newHistogram();
  const fleet = await connectFleet(deployment, options.devices, (_, latencyMs) => record(puback, latencyMs));
  const slotMs = 1000 / options.devices;
  const [originMs, wallOriginMs] = [performance.now(), systemClock.now()];
  for (let slot = 0; slot < options.devices * options.seconds;) {
    const elapsedMs = performance.now() - originMs;
    for (; slot * slotMs <= elapsedMs && slot < options.devices * options.seconds; slot++) {
      fleet.devices[slot % options.devices]!.publish(
        Math.floor(wallOriginMs + slot * slotMs),
        originMs + slot * slotMs,
        RESTING,
      );
    }
    await sleep(1);
  }
  const loadedMiB = deployment.memoryMiB();
  fleet.close();
  await deployment.stop();
  return { devices: options.devices, idleMiB, loadedMiB, puback: percentiles(puback) };
}
