// Node finds only some of its named exports.
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import { systemClock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { TopicSpec } from '../../runtime/topics.ts';
import { checkpointTopicSettings, isCheckpointTopic } from './checkpoint-topic.ts';
import { logTo } from './cluster.ts';
import { kafkaErrorType, settingBehind, toVitalwireError } from './errors.ts';
import { toKafkaJs, type KafkaSecurity } from './security.ts';

export interface TopicSetup {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly security: KafkaSecurity;
  readonly topics: readonly TopicSpec[];
  /** `LOG_PARTITIONS`: fixed once topics exist, because keys would move. */
  readonly partitions: number;
  /** Copies of each partition, at most the number of brokers. */
  readonly replication: number;
}

export interface TopicSetupOutcome {
  readonly created: readonly string[];
  /** `topic: setting is a, should be b`, of topics that were there; left as they are, because somebody may have meant it. */
  readonly differences: readonly string[];
}

/** From this many copies on, a write is durable only with two of them. */
const REPLICATION_FOR_TWO_IN_SYNC = 3;

/**
 * Makes the topics that are not there yet; what is there is left as it is, so the job may run at each deployment, and twice at once.
 * @throws VitalwireError `rejected` naming the setting where a topic has other partitions, or there are too few brokers; `unavailable`
 */
export async function ensureTopics(setup: TopicSetup, logger: Logger): Promise<TopicSetupOutcome> {
  const admin = adminOf(setup, setup.brokers, logger);
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = setup.topics.filter((topic) => !existing.has(topic.name));
    await create(admin, setup, missing);
    if (missing.length > 0) await untilKnown(admin, setup, missing, logger);
    const present = setup.topics.filter((topic) => existing.has(topic.name));
    await requirePartitions(admin, setup, present);
    const differences = await compare(admin, setup, present);
    return { created: missing.map((topic) => topic.name), differences };
  } catch (error) {
    throw named(toVitalwireError(error, 'topic setup'), error);
  } finally {
    await admin.disconnect();
  }
}

/** Begins with the setting to look at, where a broker refused the connection itself. */
function named(told: unknown, error: unknown): unknown {
  const cause =
    error instanceof Error && error.name === 'KafkaJSNumberOfRetriesExceeded' ? error.cause : error;
  const setting = settingBehind(cause);
  if (!setting || !(told instanceof VitalwireError)) return told;
  return new VitalwireError(told.code, `${setting}: ${told.message}`, {
    retriable: told.retriable,
    cause: error,
  });
}

/** A topic's settings, by Kafka's names. */
export function topicSettings(topic: TopicSpec, replication: number): Readonly<Record<string, string>> {
  const inSync = replication >= REPLICATION_FOR_TWO_IN_SYNC ? '2' : '1';
  const common = { 'min.insync.replicas': inSync };
  if (isCheckpointTopic(topic.name)) return { ...common, ...checkpointTopicSettings };
  return topic.retention.kind === 'compact'
    ? { ...common, 'cleanup.policy': 'compact' }
    : { ...common, 'cleanup.policy': 'delete', 'retention.ms': String(topic.retention.ms) };
}

async function create(admin: Admin, setup: TopicSetup, missing: readonly TopicSpec[]): Promise<void> {
  if (missing.length === 0) return;
  const topics = missing.map((topic): ITopicConfig => ({
    topic: topic.name,
    numPartitions: setup.partitions,
    replicationFactor: setup.replication,
    configEntries: Object.entries(topicSettings(topic, setup.replication)).map(([name, value]) => ({
      name,
      value,
    })),
  }));
  try {
    // False where another job made them at the same time; their partitions are looked at as those of any other.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    const causes = error instanceof Error && 'errors' in error ? (error.errors as unknown[]) : [error];
    const tooFew = causes.some((cause) => kafkaErrorType(cause) === 'INVALID_REPLICATION_FACTOR');
    if (!tooFew) throw error;
    throw new VitalwireError(
      'rejected',
      `KAFKA_REPLICATION: is ${setup.replication}, more than the brokers of KAFKA_BROKERS can hold`,
      { retriable: false, cause: error },
    );
  }
}

const LEADERS_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 100;
/** What a broker says that has not heard of a topic yet, or not who leads it. */
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/**
 * Until each broker knows who leads the topics: a component that starts next asks any of them, and takes a topic that this one has not heard of for
 * one that does not exist. kafkajs waits too, but for one broker, and gives up where it has not heard of them yet.
 */
async function untilKnown(
  admin: Admin,
  setup: TopicSetup,
  topics: readonly TopicSpec[],
  logger: Logger,
): Promise<void> {
  const deadlineMs = systemClock.monotonic() + LEADERS_WITHIN_MS;
  const names = topics.map((topic) => topic.name);
  const { brokers } = await admin.describeCluster();
  for (const { host, port } of brokers) {
    while (!(await isKnown(setup, `${host}:${port}`, names, logger))) {
      if (systemClock.monotonic() > deadlineMs)
        throw new VitalwireError('unavailable', 'Kafka: new topics have no leader yet', { retriable: true });
      await systemClock.sleep(ASK_EVERY_MS);
    }
  }
}

/** Over a connection of its own: once kafkajs has met the other brokers, it asks whichever it likes. */
async function isKnown(
  setup: TopicSetup,
  address: string,
  topics: readonly string[],
  logger: Logger,
): Promise<boolean> {
  const admin = adminOf(setup, [address], logger);
  try {
    await admin.connect();
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    return metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    if (!NOT_YET.has(kafkaErrorType(error) ?? '')) throw error;
    return false;
  } finally {
    await admin.disconnect();
  }
}

function adminOf(setup: TopicSetup, brokers: readonly string[], logger: Logger): Admin {
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: setup.clientId,
    ...toKafkaJs(setup.security),
    logCreator: logTo(logger),
  });
  return kafka.admin();
}

async function requirePartitions(
  admin: Admin,
  setup: TopicSetup,
  present: readonly TopicSpec[],
): Promise<void> {
  if (present.length === 0) return;
  const metadata = await admin.fetchTopicMetadata({ topics: present.map((topic) => topic.name) });
  for (const { name, partitions } of metadata.topics) {
    if (partitions.length === setup.partitions) continue;
    throw new VitalwireError(
      'rejected',
      `LOG_PARTITIONS: is ${setup.partitions}, but the topic ${name} has ${partitions.length} partitions`,
      { retriable: false },
    );
  }
}

async function compare(
  admin: Admin,
  setup: TopicSetup,
  present: readonly TopicSpec[],
): Promise<readonly string[]> {
  if (present.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: present.map((topic) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic.name })),
  });
  return present.flatMap((topic) => {
    const entries = resources.find((resource) => resource.resourceName === topic.name)?.configEntries ?? [];
    return Object.entries(topicSettings(topic, setup.replication)).flatMap(([name, should]) => {
      const is = entries.find((entry) => entry.configName === name)?.configValue;
      return is === undefined || is === should
        ? []
        : [`${topic.name}: ${name} is ${is}, should be ${should}`];
    });
  });
}
