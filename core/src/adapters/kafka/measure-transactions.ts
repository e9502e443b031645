/**
 * What exactly-once by Kafka's transactions would cost the alerting pipeline, beside what it does: five condition records a batch, and
 * every five seconds a checkpoint of 1 MB. `KAFKA_BROKERS=… node core/src/adapters/kafka/measure-transactions.ts [seconds] [broker's pid]`
 * alternates both ways on one partition, one batch after the other, and prints batches a second, the time until a batch's records may be
 * read, and CPU a batch of client and broker. docs/decisions/checkpoints-on-kafka.md has what came of it.
 */
import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { createLogger } from '../../runtime/logger.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createRegistry } from '../../runtime/metrics.ts';
import { openKafkaCheckpointStore } from './checkpoint-store.ts';
import { checkpointTopic } from './checkpoint-topic.ts';
import { kafkaMetrics } from './metrics.ts';
import { DEFAULT_LIMITS } from './producer.ts';
import { NO_SECURITY } from './security.ts';
import { ensureTopics } from './topic-setup.ts';

const seconds = Number(process.argv[2] ?? 30);
const brokerPid = process.argv[3];
const brokers = (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',');
const PIPELINE = 'measured';
const CONDITIONS = 'vitalwire.measured-conditions';
const GROUP = 'vitalwire.measured';
const STATE = Buffer.alloc(1_000_000, 1);
const CHUNK_BYTES = 500_000;
const CHECKPOINT_EVERY_MS = 5_000;

const logger = createLogger('measure', 'silent');
const deps = { clock: systemClock, logger, metrics: kafkaMetrics(createRegistry('measure')) };
await ensureTopics(
  {
    brokers,
    clientId: 'measure',
    security: NO_SECURITY,
    partitions: 1,
    replication: 1,
    topics: [
      { name: checkpointTopic(PIPELINE), retention: { kind: 'compact' } },
      { name: CONDITIONS, retention: { kind: 'compact' } },
    ],
  },
  logger,
);
const kafka = new Kafka({ brokers, clientId: 'measure', logLevel: logLevel.NOTHING });
const plain = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
const transactional = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 1,
  transactionalId: 'vitalwire-measured-0',
});
await Promise.all([plain.connect(), transactional.connect()]);
const store = await openKafkaCheckpointStore(
  { brokers, clientId: 'measure', security: NO_SECURITY, limits: DEFAULT_LIMITS },
  deps,
);

const conditions = (batch: number) =>
  Array.from({ length: 5 }, (_, index) => ({
    key: `P${index}`,
    value: Buffer.from(`${batch} `.padEnd(400, 'x')),
    partition: 0,
  }));

async function sendPlain(producer: Pick<Producer, 'send'>, batch: number): Promise<void> {
  await producer.send({ topic: CONDITIONS, acks: -1, messages: conditions(batch) });
}

async function compacted(batch: number, checkpoint: boolean): Promise<void> {
  await sendPlain(plain, batch);
  if (checkpoint) await store.save(PIPELINE, 0, { nextOffset: batch, state: STATE });
}

async function inTransaction(batch: number, checkpoint: boolean): Promise<void> {
  const transaction = await transactional.transaction();
  await sendPlain(transaction, batch);
  const offsets = [{ partition: 0, offset: String(batch) }];
  await transaction.sendOffsets({
    consumerGroupId: GROUP,
    topics: [{ topic: CONDITIONS, partitions: offsets }],
  });
  if (checkpoint) {
    for (let index = 0; index * CHUNK_BYTES < STATE.length; index++) {
      const value = STATE.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      await transaction.send({
        topic: checkpointTopic(PIPELINE),
        acks: -1,
        messages: [{ key: `t/${index}`, value, partition: 0 }],
      });
    }
  }
  await transaction.commit();
}

/** In ms, at 100 ticks a second, as Linux counts them. */
function brokerCpuMs(): number {
  if (brokerPid === undefined) return Number.NaN;
  const fields = readFileSync(`/proc/${brokerPid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measure(name: string, work: (batch: number, checkpoint: boolean) => Promise<void>) {
  const latenciesMs: number[] = [];
  const cpu = process.cpuUsage();
  const brokerMs = brokerCpuMs();
  const startedMs = systemClock.monotonic();
  let checkpointDueMs = startedMs + CHECKPOINT_EVERY_MS;
  let nowMs = startedMs;
  while (nowMs - startedMs < seconds * 1_000) {
    const due = nowMs >= checkpointDueMs;
    if (due) checkpointDueMs += CHECKPOINT_EVERY_MS;
    await work(latenciesMs.length, due);
    const doneMs = systemClock.monotonic();
    latenciesMs.push(doneMs - nowMs);
    nowMs = doneMs;
  }
  const used = process.cpuUsage(cpu);
  const count = latenciesMs.length;
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((count - 1) * share)] ?? Number.NaN).toFixed(1);
  const line =
    `${name}: ${Math.round(count / ((nowMs - startedMs) / 1_000))} batches/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ` +
    `client ${((used.user + used.system) / 1_000 / count).toFixed(2)} ms CPU a batch, broker ${((brokerCpuMs() - brokerMs) / count).toFixed(2)} ms`;
  process.stdout.write(`${line}\n`);
}

for (let round = 1; round <= 2; round++) {
  await measure('compacted topic', compacted);
  await measure('transactions', inTransaction);
}
await Promise.all([plain.disconnect(), transactional.disconnect(), store.close()]);
