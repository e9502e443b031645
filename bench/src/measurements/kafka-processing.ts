import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { openBenchLog } from '../engines/bench-log.ts';
import { startCluster, type Cluster } from '../engines/cluster.ts';
import type { EngineUsed } from '../engines/run-engines.ts';
import { streamOfReadings } from '../engines/stream-of-readings.ts';
import { higher, lower } from '../figure.ts';
import type { Figure, Measurement } from '../measurement.ts';

const PATIENTS = 2_000;
/** Patients' states are built and the code is compiled on these: they are not counted. */
const WARM_UP_SECONDS = 50;
/** A pipeline that catches up takes a second of the run for so many of the stream. */
const STREAM_SECONDS_PER_SECOND = 15;
const AIM_READINGS_PER_CPU_SECOND = 200_000;
/** Each look costs the process that is measured a page of metrics: at 50 ms that was a twentieth of storage's time. */
const POLL_MS = 250;
const WAIT_MS_MAX = 150_000;

/** Storage first: it would write the scores that alerting puts out besides. */
const PIPELINES = [
  { pipeline: 'storage', stores: ['cassandra', 'influxdb'] },
  { pipeline: 'alerting', stores: ['redis'] },
] as const satisfies readonly { readonly pipeline: string; readonly stores: readonly EngineUsed[] }[];

export const kafkaProcessing: Measurement = {
  name: 'kafka-processing',
  about: `both pipelines catching up from Kafka, ${PATIENTS.toLocaleString('en')} patients at 1 Hz, effects stored in Redis, InfluxDB and Cassandra`,
  needs: 'engines',
  async run({ seconds, note }) {
    const cluster = await startCluster([], {}, note, ['kafka', 'redis', 'cassandra', 'influxdb']);
    try {
      const streamSeconds = WARM_UP_SECONDS + seconds * STREAM_SECONDS_PER_SECOND;
      note(`writing ${(streamSeconds * PATIENTS).toLocaleString('en')} readings`);
      await fill(cluster, streamSeconds);
      const figures: Figure[] = [];
      for (const one of PIPELINES)
        figures.push(...(await catchUp(cluster, one, streamSeconds * PATIENTS, note)));
      return figures;
    } finally {
      await cluster.stop();
    }
  },
};

/** The stream ends now: a pipeline that has caught up meets nobody whose device has long been silent. */
async function fill(cluster: Cluster, streamSeconds: number): Promise<void> {
  const log = await openBenchLog(cluster.brokers);
  const nextSecond = streamOfReadings(PATIENTS, systemClock.now() - streamSeconds * 1000);
  try {
    for (let second = 0; second < streamSeconds; second++) await log.append(nextSecond());
  } finally {
    await log.close();
  }
}

async function catchUp(
  cluster: Cluster,
  { pipeline, stores }: (typeof PIPELINES)[number],
  readings: number,
  note: (text: string) => void,
): Promise<readonly Figure[]> {
  note(`${pipeline} catches up`);
  const ports = await cluster.start(pipeline);
  const metrics = `http://127.0.0.1:${ports['health']}/metrics`;
  const processes = [pipeline, 'kafka', ...stores] as const;
  const used = (): readonly number[] => processes.map((name) => cluster.cpuSeconds(name));
  const from = await untilProcessed(metrics, pipeline, WARM_UP_SECONDS * PATIENTS);
  const [before, startMs] = [used(), performance.now()];
  const to = await untilProcessed(metrics, pipeline, readings);
  const took = (performance.now() - startMs) / 1000;
  const cpu = used().map((seconds, i) => seconds - (before[i] ?? NaN));
  await cluster.end(pipeline);
  const counted = to - from;
  return [
    higher(
      `${pipeline}: readings a CPU second`,
      counted / (cpu[0] ?? NaN),
      'readings/CPU s',
      AIM_READINGS_PER_CPU_SECOND,
    ),
    higher(`${pipeline}: readings a second`, counted / took, 'readings/s'),
    ...processes
      .slice(1)
      .map((name, i) =>
        lower(`${pipeline}: CPU of ${name}`, ((cpu[i + 1] ?? NaN) / counted) * 1e6, 'µs a reading'),
      ),
  ];
}

/** Resolves to how many the pipeline had processed when it was seen to have reached `readings`. */
async function untilProcessed(metrics: string, pipeline: string, readings: number): Promise<number> {
  const pattern = new RegExp(
    `^vitalwire_pipeline_records_total\\{[^}]*pipeline="${pipeline}"[^}]*\\} (\\S+)`,
    'm',
  );
  for (const untilMs = performance.now() + WAIT_MS_MAX; performance.now() < untilMs; await sleep(POLL_MS)) {
    const text = await (await fetch(metrics)).text();
    const processed = Number(pattern.exec(text)?.[1] ?? 0);
    if (processed >= readings) return processed;
  }
  throw new Error(`${pipeline} did not reach ${readings} readings in ${WAIT_MS_MAX / 1000} s`);
}
