import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ComponentProcess } from '@vitalwire/distributed/component-process.ts';
import { changedAlarmSettings } from '../changed-alarm-settings.ts';
import { openBenchLog } from '../engines/bench-log.ts';
import { startCluster, type Cluster } from '../engines/cluster.ts';
import { streamOfReadings } from '../engines/stream-of-readings.ts';
import { lower } from '../figure.ts';
import type { Figure, Measurement } from '../measurement.ts';
import { recordsBehind } from '../records-behind.ts';
import { crossing } from '../recovery/crossing.ts';
import { watch } from '../station.ts';

const PATIENTS = 10_000;
/** Of the stream before the kill: what a patient's state is made of is all there. */
const SECONDS = 12;
/** Of the stream since the last checkpoint. */
const SECONDS_SINCE = 5;
const AIM_MS = 5_000;
const GROUP = 'vitalwire.alerting';
/** The group waits for a dead member as long as this, and a little more. */
const SESSION_OVER_MS = 8_000;
const SAVED_MS_MAX = 60_000;
const ALERT_MS_MAX = 60_000;

export const kafkaRecovery: Measurement = {
  name: 'kafka-recovery',
  about: `kill -9 and restart of the alerting pipeline with ${PATIENTS.toLocaleString('en')} patients, checkpoints in Kafka: until a station has the first alert of a new crossing`,
  needs: 'engines',
  async run({ note }) {
    // Nobody's silence is measured here, and while the process is down all patients at once would be silent.
    const settings = changedAlarmSettings({ 'absence_s: 30': 'absence_s: 3600' });
    const cluster = await startCluster(['alert-engine'], { ALARMS_FILE: settings.path }, note);
    const log = await openBenchLog(cluster.brokers);
    try {
      const atOnce = await recover(cluster, log, 'P-new-1', 0, note);
      const later = await recover(cluster, log, 'P-new-2', SESSION_OVER_MS, note);
      return [
        lower('from the start to the first alert', atOnce.alertMs, 'ms', AIM_MS),
        lower('  of it until it is in the group', atOnce.joinedMs, 'ms'),
        lower('the dead member’s session over: to the first alert', later.alertMs, 'ms', AIM_MS),
        lower('the dead member’s session over: until it is in the group', later.joinedMs, 'ms'),
        lower('records to do again', atOnce.backlog, 'records'),
      ] satisfies readonly Figure[];
    } finally {
      await log.close();
      await cluster.stop();
      settings.remove();
    }
  },
};

/** State of all patients, saved; more of the stream; the kill; `downMs` later the process that goes on, and a crossing for it. */
async function recover(
  cluster: Cluster,
  log: EventLog,
  patientId: string,
  downMs: number,
  note: (text: string) => void,
): Promise<{ readonly alertMs: number; readonly joinedMs: number; readonly backlog: number }> {
  const start = (): ComponentProcess =>
    new ComponentProcess('alerting', cluster.environment, (line) => note(`alerting | ${line}`));
  const raised = Promise.withResolvers<void>();
  const station = await watch(cluster, {
    vitals: () => {},
    alertRaised: (of) => {
      if (of === patientId) raised.resolve();
    },
  });
  const first = start();
  let second: ComponentProcess | undefined;
  try {
    note('filling the state');
    await fill(log, SECONDS);
    await first.ready;
    await untilSaved(log);
    await fill(log, SECONDS_SINCE);
    await first.end('SIGKILL');
    const backlog = await behind(log);
    await sleep(downMs);
    note('starting again');
    const startedMs = performance.now();
    second = start();
    await log.append(crossing(patientId, systemClock.now()));
    await second.ready;
    const joinedMs = performance.now() - startedMs;
    const seen = await Promise.race([raised.promise.then(() => true), sleep(ALERT_MS_MAX, false)]);
    if (!seen) throw new Error(`no alert within ${ALERT_MS_MAX / 1_000} s of the start`);
    return { alertMs: performance.now() - startedMs, joinedMs, backlog };
  } finally {
    station.close();
    await first.end('SIGKILL');
    await second?.end('SIGTERM');
  }
}

async function fill(log: EventLog, seconds: number): Promise<void> {
  const nextSecond = streamOfReadings(PATIENTS, systemClock.now() - seconds * 1_000);
  for (let second = 0; second < seconds; second++) await log.append(nextSecond());
}

/** Until everything is saved; a busy machine saves seldom, and has more to do again instead. */
async function untilSaved(log: EventLog): Promise<void> {
  const untilMs = performance.now() + SAVED_MS_MAX;
  while ((await behind(log)) > 0 && performance.now() < untilMs) await sleep(200);
}

const behind = (log: EventLog): Promise<number> => recordsBehind(log, GROUP, TOPICS.readings.name);
