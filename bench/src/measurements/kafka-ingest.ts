import { KAFKA_DEFAULTS, openKafkaEventLog } from '@vitalwire/core/adapters/kafka/event-log.ts';
import { kafkaMetrics } from '@vitalwire/core/adapters/kafka/metrics.ts';
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { makeTopics } from '../engines/make-topics.ts';
import { startCluster, type Cluster } from '../engines/cluster.ts';
import { higher, lower } from '../figure.ts';
import { measureIngest, type IngestPath, type IngestResult } from '../load/ingest.ts';
import type { Figure, Measurement } from '../measurement.ts';
import { startBridge } from '../peers/bridge.ts';
import { findBridge } from '../peers/programs.ts';

const DEVICES = 200;
const WINDOW = 20;
const BATCH = 50;
const BATCH_WINDOW = 2;
/** Kafka and the gateway compile what they run often. */
const WARM_UP_MS = 8_000;
const AIM_READINGS_PER_SECOND = 100_000;
const AIM_OF_PEER = 0.5;
const PEER_TOPIC = 'telegraf';
/** As many as Telegraf itself may hold unwritten, twice. */
const PEER_AHEAD = 40_000;
const PARTITIONS = 12;

export const kafkaIngest: Measurement = {
  name: 'kafka-ingest',
  about:
    `readings into Kafka, closed window (${DEVICES} devices × ${WINDOW}), acks=all. Vitalwire's PUBACK comes when Kafka has the ` +
    "reading, judged and in the device's order; the bridge's comes when Mosquitto has it in memory",
  needs: 'engines',
  async run({ seconds, note }) {
    const cluster = await startCluster(['ingest-gateway'], extra(), note);
    try {
      const log = await openLog(cluster);
      try {
        return await measureAll(cluster, log, seconds, note);
      } finally {
        await log.close();
      }
    } finally {
      await cluster.stop();
    }
  },
};

async function measureAll(
  cluster: Cluster,
  log: EventLog,
  seconds: number,
  note: (text: string) => void,
): Promise<readonly Figure[]> {
  const times = { warmUpMs: WARM_UP_MS, seconds };
  note('Vitalwire, single readings');
  const ours = await measureIngest(await ourPath(cluster, 1), log, times);
  const figures = [...figuresOf('Vitalwire', ours, AIM_READINGS_PER_SECOND)];
  note(`Vitalwire, batches of ${BATCH}`);
  const batches = await measureIngest(await ourPath(cluster, BATCH), log, {
    ...times,
    warmUpMs: WARM_UP_MS / 2,
  });
  figures.push(...figuresOf(`Vitalwire, batches of ${BATCH}`, batches, undefined));
  const programs = findBridge();
  if (typeof programs === 'string') {
    note(`no peer: ${programs}`);
    return figures;
  }
  note('Mosquitto and Telegraf, single readings');
  const bridge = await startBridge(programs, cluster.brokers[0] ?? '', PEER_TOPIC, note);
  try {
    const peer = await measureIngest(
      {
        mqttPort: bridge.mqttPort,
        tokens: Array<string>(DEVICES).fill('none'),
        window: WINDOW,
        readingsPerMessage: 1,
        devicePrefix: 'PEER-',
        topic: PEER_TOPIC,
        ahead: PEER_AHEAD,
        cpu: {
          mosquitto: () => bridge.cpuSeconds('mosquitto'),
          telegraf: () => bridge.cpuSeconds('telegraf'),
          kafka: () => cluster.cpuSeconds('kafka'),
        },
      },
      log,
      times,
    );
    figures.push(...figuresOf('Mosquitto + Telegraf', peer, undefined));
    const without = (result: IngestResult): number => sum(result) - (result.cpuMicros['kafka'] ?? 0);
    figures.push(
      lower("CPU a reading, before Kafka, of the peer's", without(ours) / without(peer), '×', AIM_OF_PEER),
      lower("CPU a reading, Kafka included, of the peer's", sum(ours) / sum(peer), '×', AIM_OF_PEER),
      higher("readings/s, of the peer's", ours.perSecond / peer.perSecond, '×'),
    );
  } finally {
    await bridge.stop();
  }
  return figures;
}

async function ourPath(cluster: Cluster, readingsPerMessage: number): Promise<IngestPath> {
  const devicePrefix = `BENCH-${readingsPerMessage}-`;
  return {
    mqttPort: cluster.mqttPort,
    tokens: await Promise.all(
      Array.from({ length: DEVICES }, (_, i) => cluster.deviceToken(`${devicePrefix}${i}`)),
    ),
    window: readingsPerMessage === 1 ? WINDOW : BATCH_WINDOW,
    readingsPerMessage,
    devicePrefix,
    topic: TOPICS.readings.name,
    ahead: null,
    cpu: {
      gateway: () => cluster.cpuSeconds('ingest-gateway'),
      kafka: () => cluster.cpuSeconds('kafka'),
    },
  };
}

const sum = ({ cpuMicros }: IngestResult): number => Object.values(cpuMicros).reduce((a, b) => a + b, 0);

function figuresOf(who: string, result: IngestResult, aim: number | undefined): readonly Figure[] {
  return [
    higher(`${who}: in Kafka`, result.perSecond, 'readings/s', aim),
    ...Object.entries(result.cpuMicros).map(([name, micros]) =>
      lower(`${who}: CPU of ${name}`, micros, 'µs a reading'),
    ),
    lower(`${who}: CPU of all`, sum(result), 'µs a reading'),
    lower(`${who}: CPU of the load`, result.loadCpuMicros, 'µs a reading'),
    lower(`${who}: PUBACK p50`, result.p50Ms, 'ms'),
    lower(`${who}: PUBACK p99`, result.p99Ms, 'ms'),
  ];
}

/** `GATEWAY_WORKERS` is the gateway's own. */
function extra(): Record<string, string> {
  const { GATEWAY_WORKERS: workers } = process.env;
  return workers ? { GATEWAY_WORKERS: workers } : {};
}

async function openLog(cluster: Cluster): Promise<EventLog> {
  const logger = createLogger('bench', 'error');
  const { kafka } = engineSettings(readConfig(cluster.environment));
  const config = { ...kafka, clientId: 'vitalwire-bench', topics: [] };
  const peerTopic = { name: PEER_TOPIC, retention: TOPICS.readings.retention };
  await makeTopics({ ...config, topics: [peerTopic], partitions: PARTITIONS });
  return openKafkaEventLog(
    { ...KAFKA_DEFAULTS, ...config },
    { clock: systemClock, logger, metrics: kafkaMetrics(createRegistry('bench')) },
  );
}
