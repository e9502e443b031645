import { KAFKA_DEFAULTS, openKafkaEventLog } from '@vitalwire/core/adapters/kafka/event-log.ts';
import { kafkaMetrics } from '@vitalwire/core/adapters/kafka/metrics.ts';
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import type { EventLog, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { REGION } from '../deployment.ts';
import { RESTING } from '../embedded.ts';
import { startCluster, type Cluster } from '../engines/cluster.ts';
import { makeTopics } from '../engines/make-topics.ts';
import { higher, lower } from '../figure.ts';
import type { Measurement } from '../measurement.ts';
import { findStreams } from '../peers/programs.ts';
import { runStreams } from '../peers/streams.ts';

const PATIENTS = 2_000;
const READINGS_PER_SECOND_OF_RUN = 100_000;
const APPEND_AT_ONCE = 2_000;
const THREADS = 2;

export const kafkaStreams: Measurement = {
  name: 'kafka-streams',
  about: `the peer of the pipelines: Kafka Streams with one aggregate of one minute alone, ${PATIENTS.toLocaleString('en')} patients, at least once`,
  needs: 'engines',
  async run({ seconds, note }) {
    const program = findStreams();
    if (typeof program === 'string') {
      note(`no peer: ${program}`);
      return [];
    }
    const cluster = await startCluster([], {}, note);
    try {
      const config = readConfig(cluster.environment);
      // Brokers make none by themselves.
      const aggregates = { name: `${TOPICS.readings.name}-aggregate`, retention: TOPICS.readings.retention };
      await makeTopics({
        ...engineSettings(config).kafka,
        clientId: 'vitalwire-bench',
        topics: [aggregates],
        partitions: config.LOG_PARTITIONS,
      });
      const readings = seconds * READINGS_PER_SECOND_OF_RUN;
      note(`filling the log with ${readings.toLocaleString('en')} readings`);
      const log = await openLog(cluster);
      try {
        await fill(log, readings);
      } finally {
        await log.close();
      }
      note('Kafka Streams');
      const broker = cluster.brokers[0] ?? '';
      const kafka = cluster.cpuSeconds('kafka');
      const result = await runStreams(program, {
        broker,
        topic: TOPICS.readings.name,
        readings,
        threads: THREADS,
      });
      const brokerMicros = ((cluster.cpuSeconds('kafka') - kafka) / readings) * 1e6;
      return [
        higher('Kafka Streams', result.perSecond, 'readings/s'),
        higher('Kafka Streams: a CPU second', 1e6 / result.cpuMicros, 'readings/CPU s'),
        lower('Kafka Streams: CPU', result.cpuMicros, 'µs a reading'),
        lower('Kafka Streams: CPU of the broker', brokerMicros, 'µs a reading'),
      ];
    } finally {
      await cluster.stop();
    }
  },
};

/** A second of all patients after another. */
async function fill(log: EventLog, readings: number): Promise<void> {
  const startedAtMs = systemClock.now() - (readings / PATIENTS) * 1000;
  for (let from = 0; from < readings; from += APPEND_AT_ONCE) {
    const records = Array.from({ length: Math.min(APPEND_AT_ONCE, readings - from) }, (_, i) =>
      recordOf(from + i, startedAtMs),
    );
    await log.append(records);
  }
}

function recordOf(nth: number, startedAtMs: number): NewRecord {
  const patientId = `P${nth % PATIENTS}`;
  const second = Math.floor(nth / PATIENTS);
  const measuredAtMs = Math.round(startedAtMs + second * 1000);
  const value = encodeReading({
    deviceId: `D${nth % PATIENTS}`,
    patientId,
    region: REGION,
    bootId: 1,
    sequence: second + 1,
    measuredAtMs,
    mode: 'real',
    vitals: { ...noVitals(), ...RESTING, heartbeat: 60 + (second % 30) },
    validity: NO_MARKS,
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
  });
  return { topic: TOPICS.readings.name, key: patientId, value, headers: {}, timestampMs: measuredAtMs };
}

function openLog(cluster: Cluster): Promise<EventLog> {
  const { kafka } = engineSettings(readConfig(cluster.environment));
  return openKafkaEventLog(
    { ...KAFKA_DEFAULTS, ...kafka, clientId: 'vitalwire-bench', topics: [] },
    {
      clock: systemClock,
      logger: createLogger('bench', 'error'),
      metrics: kafkaMetrics(createRegistry('bench')),
    },
  );
}
