import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Engine, EngineNode, Topology } from './engine.ts';
import { javaProgram, needJava, scratchArguments } from './java.ts';
import { findsCoordinators } from './kafka-probe.ts';
import { writeWhole, type Layout } from './layout.ts';
import { hasJars, installJars, jarFolder, type JarProgram } from './maven.ts';

const execute = promisify(execFile);
const version = '4.1.1';
const jars: JarProgram = {
  name: `kafka-${version}`,
  coordinates: [
    `org.apache.kafka:kafka_2.13:${version}`,
    // The command-line tools, for whoever looks into a topic by hand.
    `org.apache.kafka:kafka-tools:${version}`,
    // Kafka logs through slf4j and leaves the choice behind it open; without one it says nothing at all.
    'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
  ],
};
const host = '127.0.0.1';
/** Room between the ports of two nodes, so that brokers and controllers of three do not meet. */
const portStep = 10;

/** Kafka in KRaft mode; every node is broker and controller. Data outlives restarts. */
export function createKafka(layout: Layout): Engine {
  return {
    name: 'kafka',
    version,
    nodesMax: 3,
    // A quorum of three elects nobody before two are there.
    startOrder: 'together',
    readySecondsMax: 240,
    stopSecondsMax: 20,
    isProvisioned: () => hasJars(layout, jars),
    provision: async (report) => {
      await needJava('Kafka', 17, 25);
      await installJars(layout, jars, report);
    },
    nodes: (topology) =>
      Array.from({ length: topology.nodes }, (_, index) => kafkaNode(layout, topology, index)),
    afterReady: () => Promise.resolve(),
    environment: (topology) => ({
      KAFKA_BROKERS: Array.from(
        { length: topology.nodes },
        (_, i) => `${host}:${brokerPort(topology, i)}`,
      ).join(','),
    }),
  };
}

function brokerPort(topology: Topology, index: number): number {
  return topology.ports.ENGINES_KAFKA_PORT + index * portStep;
}

function controllerPort(topology: Topology, index: number): number {
  return topology.ports.ENGINES_KAFKA_CONTROLLER_PORT + index * portStep;
}

function kafkaNode(layout: Layout, topology: Topology, index: number): EngineNode {
  const name = `kafka-${index + 1}`;
  const dataFolder = layout.data('kafka', topology.nodes, name);
  const properties = layout.config(name, 'server.properties');
  const logging = layout.config(name, 'log4j2.yaml');
  const classPath = join(jarFolder(layout, jars), '*');
  const javaArguments = () => [
    ...scratchArguments(layout),
    `-Dlog4j2.configurationFile=${logging}`,
    '-cp',
    classPath,
  ];
  return {
    name,
    ports: [
      { host, port: brokerPort(topology, index), setting: 'ENGINES_KAFKA_PORT' },
      { host, port: controllerPort(topology, index), setting: 'ENGINES_KAFKA_CONTROLLER_PORT' },
    ],
    prepare: async () => {
      mkdirSync(dataFolder, { recursive: true });
      writeWhole(properties, kafkaProperties(topology, index, dataFolder));
      writeWhole(logging, log4jConfig);
      if (existsSync(join(dataFolder, 'meta.properties'))) return;
      const cluster = clusterId(layout, topology);
      const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', cluster, '--config', properties];
      await execute(javaProgram(), ['-Xmx128m', ...javaArguments(), ...format]);
    },
    command: () => ({
      program: javaProgram(),
      args: [
        '-Xms256m',
        '-Xmx512m',
        // Half a gigabyte is collected within milliseconds: no need of G1's threads beside everything else.
        '-XX:+UseParallelGC',
        '-XX:+ExitOnOutOfMemoryError',
        ...javaArguments(),
        'kafka.Kafka',
        properties,
      ],
    }),
    probe: () => findsCoordinators(host, brokerPort(topology, index)),
  };
}

/** The nodes of one cluster share an id, made when the first of them is formatted. Kafka's form: 16 bytes in base64url. */
function clusterId(layout: Layout, topology: Topology): string {
  const file = layout.data('kafka', topology.nodes, 'cluster-id');
  if (!existsSync(file)) {
    // Never a leading dash, which the storage tool would read as an option.
    const bytes = randomBytes(16);
    bytes[0] = (bytes[0] ?? 0) & 0x7f;
    writeWhole(file, bytes.toString('base64url'));
  }
  return readFileSync(file, 'utf8');
}

/**
 * Voters are listed here rather than kept in the quorum's log, so that a port may move between runs. Topics are made
 * by the components, which know their partitions and retention: one made by a mistyped name would have neither. A broker shares few cores
 * with everything else here: of Kafka's 3 and 8 threads nearly all would only be woken in turns.
 */
export function kafkaProperties(topology: Topology, index: number, dataFolder: string): string {
  const voters = Array.from(
    { length: topology.nodes },
    (_, i) => `${i + 1}@${host}:${controllerPort(topology, i)}`,
  ).join(',');
  const replicas = topology.nodes;
  const inSync = Math.max(1, replicas - 1);
  const broker = `PLAINTEXT://${host}:${brokerPort(topology, index)}`;
  const controller = `CONTROLLER://${host}:${controllerPort(topology, index)}`;
  return `process.roles=broker,controller
node.id=${index + 1}
controller.quorum.voters=${voters}
controller.listener.names=CONTROLLER
listeners=${broker},${controller}
advertised.listeners=${broker}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${dataFolder}
auto.create.topics.enable=false
num.partitions=12
default.replication.factor=${replicas}
min.insync.replicas=${inSync}
offsets.topic.num.partitions=12
offsets.topic.replication.factor=${replicas}
transaction.state.log.num.partitions=12
transaction.state.log.replication.factor=${replicas}
transaction.state.log.min.isr=${inSync}
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=${replicas}
share.coordinator.state.topic.min.isr=${inSync}
group.initial.rebalance.delay.ms=0
num.network.threads=1
num.io.threads=2
log.segment.bytes=134217728
`;
}

const log4jConfig = `Configuration:
  status: WARN
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5p %c{1} %m%n"
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        ref: STDOUT
`;
