/**
 * Both pipelines and the alert engine's consumer on SQLite, as one process that may be killed at any moment: `node engine.ts <folder>`,
 * told what to do over IPC.
 */
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONDITIONS_GROUP, consumeConditions } from '@vitalwire/alert-engine/conditions/consumer.ts';
import { DEFAULT_POLICY } from '@vitalwire/alert-engine/lifecycle/policy.ts';
import { alertEngineMetrics } from '@vitalwire/alert-engine/metrics.ts';
import { openSqlitePorts } from '@vitalwire/core/adapters/sqlite/open-sqlite-ports.ts';
import { readAlarmSettings } from '@vitalwire/core/alarms/settings-file.ts';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { benchReading } from '@vitalwire/stream-processors/bench.ts';
import {
  STORAGE_DEFAULTS,
  alertingDefaults,
  startAlertingPipeline,
  startStoragePipeline,
} from '@vitalwire/stream-processors/start.ts';
import { recordsBehind } from '../records-behind.ts';
import { crossing } from './crossing.ts';
import type { CheckpointCost, FromEngine, ToEngine } from './messages.ts';

const PARTITIONS = 12;
/** What is appended at once. */
const APPEND_RECORDS = 1_000;
const CAUGHT_UP_MS_MAX = 45_000;

const tell = (message: FromEngine): void => void process.send?.(message);

const clock = systemClock;
const logger = createLogger('bench', 'silent');
const registry = createRegistry('bench');
const path = join(process.argv[2] ?? '.', 'vitalwire.db');
const ports = await openSqlitePorts({ path, clock, logger, partitions: PARTITIONS, registry });
const { log, alerts } = ports;
const deps = { ...ports, clock, logger, registry, random: Math.random };
// Nobody's silence is measured here, and on a busy machine all patients at once would be silent.
const settings = { ...readAlarmSettings(undefined), absenceMs: 3_600_000 };
const alerting = await startAlertingPipeline(alertingDefaults(settings), deps);
await startStoragePipeline(STORAGE_DEFAULTS, { ...deps, urgent: alerting });
await consumeConditions({
  log,
  alerts,
  clock,
  logger,
  metrics: alertEngineMetrics(registry),
  random: Math.random,
  policyFor: () => DEFAULT_POLICY,
  leadership: { gained: () => {}, lost: async () => {} },
});
process.on('message', (message: ToEngine) => {
  const work = message.do === 'fill' ? fill(message.patients, message.seconds) : alert();
  work.catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
    process.disconnect();
  });
});
tell({ told: 'started', backlog: await recordsBehind(log, 'vitalwire.alerting', TOPICS.readings.name) });

/** `seconds` of stream of all patients, saved; then what comes in between two checkpoints, and the end. */
async function fill(patients: number, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) await appendSecond(patients, second);
  await caughtUp();
  const checkpoints = {
    alerting: await checkpointCost('alerting'),
    storage: await checkpointCost('storage'),
  };
  for (let second = seconds; second < seconds + 5; second++) await appendSecond(patients, second);
  flushCompileCache();
  tell({ told: 'filled', checkpoints });
}

/** Until everything is saved; a busy machine saves seldom, and has more to do again instead. */
async function caughtUp(): Promise<void> {
  const untilMs = clock.monotonic() + CAUGHT_UP_MS_MAX;
  const behind = async (): Promise<number> =>
    (await recordsBehind(log, 'vitalwire.alerting', TOPICS.readings.name)) +
    (await recordsBehind(log, 'vitalwire.storage', TOPICS.readings.name)) +
    (await recordsBehind(log, CONDITIONS_GROUP, TOPICS.conditions.name));
  while ((await behind()) > 0 && clock.monotonic() < untilMs) await sleep(200);
}

async function appendSecond(patients: number, second: number): Promise<void> {
  const nowMs = clock.now();
  const records = Array.from({ length: patients }, (_, patient): NewRecord => {
    const reading = benchReading(patient, second, nowMs, Math.random);
    return { ...READING, key: reading.patientId, value: encodeReading(reading), timestampMs: nowMs };
  });
  const batches: Promise<unknown>[] = [];
  for (let at = 0; at < records.length; at += APPEND_RECORDS) {
    batches.push(log.append(records.slice(at, at + APPEND_RECORDS)));
  }
  await Promise.all(batches);
}

/** A patient nobody has heard of desaturates, behind the backlog of her partition. */
async function alert(): Promise<void> {
  const raised = new Promise<void>((resolve) => {
    void alerts.onCommit(() => resolve());
  });
  await log.append(crossing('P-new', clock.now()));
  await raised;
  tell({ told: 'alert' });
}

const READING = { topic: TOPICS.readings.name, headers: {} } as const;

async function checkpointCost(pipeline: string): Promise<CheckpointCost> {
  const ofPipeline = async (name: string): Promise<readonly { value: number; metricName?: string }[]> => {
    const metric = await registry.getSingleMetric(name)?.get();
    const values = (metric?.values ?? []) as readonly {
      value: number;
      metricName?: string;
      labels: Readonly<Record<string, unknown>>;
    }[];
    return values.filter(({ labels }) => labels['pipeline'] === pipeline);
  };
  const total = (values: readonly { value: number }[]): number =>
    values.reduce((sum, { value }) => sum + value, 0);
  const durations = await ofPipeline('vitalwire_checkpoint_duration_seconds');
  const ending = (suffix: string): number =>
    total(durations.filter(({ metricName }) => metricName?.endsWith(suffix) === true));
  return {
    bytes: total(await ofPipeline('vitalwire_checkpoint_bytes')),
    tookMs: (ending('_sum') / ending('_count')) * 1_000,
  };
}
