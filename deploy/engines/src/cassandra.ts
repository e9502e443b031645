import { mkdirSync } from 'node:fs';
import { cassandraArguments } from './cassandra-java.ts';
import type { Engine, EngineNode, Topology } from './engine.ts';
import { javaProgram, needJava, scratchArguments } from './java.ts';
import { writeWhole, type Layout } from './layout.ts';
import { hasJars, installJars, jarFolder, type JarProgram } from './maven.ts';
import { askTcp } from './network.ts';

const version = '5.0.5';
const jars: JarProgram = {
  name: `cassandra-${version}`,
  coordinates: [`org.apache.cassandra:cassandra-all:${version}`],
};
const dataCentre = 'Northeast';

/** Cassandra: nodes stand on 127.0.0.1, .2 and .3, each a rack of one data centre. */
export function createCassandra(layout: Layout): Engine {
  return {
    name: 'cassandra',
    version,
    nodesMax: 3,
    startOrder: 'one-by-one',
    readySecondsMax: 240,
    stopSecondsMax: 30,
    isProvisioned: () => hasJars(layout, jars),
    provision: async (report) => {
      await needJava('Cassandra', 17, 17);
      await installJars(layout, jars, report);
    },
    nodes: (topology) =>
      Array.from({ length: topology.nodes }, (_, index) => cassandraNode(layout, topology, index)),
    afterReady: () => Promise.resolve(),
    environment: (topology) => ({
      CASSANDRA_CONTACT_POINTS: Array.from({ length: topology.nodes }, (_, index) =>
        contactPoint(topology, index),
      ).join(','),
      CASSANDRA_LOCAL_DC: dataCentre,
    }),
  };
}

/** Every node of a Cassandra cluster has the same port, so nodes differ by address. */
function address(index: number): string {
  return `127.0.0.${index + 1}`;
}

function contactPoint(topology: Topology, index: number): string {
  return `${address(index)}:${topology.ports.ENGINES_CASSANDRA_PORT}`;
}

function cassandraNode(layout: Layout, topology: Topology, index: number): EngineNode {
  const name = `cassandra-${index + 1}`;
  const host = address(index);
  const port = topology.ports.ENGINES_CASSANDRA_PORT;
  const folders = {
    jars: jarFolder(layout, jars),
    config: layout.config(name),
    data: layout.data('cassandra', topology.nodes, name),
  };
  return {
    name,
    ports: [
      { host, port, setting: 'ENGINES_CASSANDRA_PORT' },
      {
        host,
        port: topology.ports.ENGINES_CASSANDRA_STORAGE_PORT,
        setting: 'ENGINES_CASSANDRA_STORAGE_PORT',
      },
    ],
    prepare: () => {
      mkdirSync(folders.data, { recursive: true });
      writeWhole(layout.config(name, 'cassandra.yaml'), cassandraYaml(topology, index, folders.data));
      writeWhole(
        layout.config(name, 'cassandra-rackdc.properties'),
        `dc=${dataCentre}\nrack=rack${index + 1}\n`,
      );
      writeWhole(layout.config(name, 'logback.xml'), logbackConfig);
      return Promise.resolve();
    },
    command: () => ({
      program: javaProgram(),
      args: [...scratchArguments(layout), ...cassandraArguments(folders, topology.nodes)],
    }),
    probe: () => answersOptions(host, port),
  };
}

/** CQL's OPTIONS request, answered by SUPPORTED: Cassandra opens this port last, when the node serves. */
async function answersOptions(host: string, port: number): Promise<boolean> {
  const [version4, noFlags, stream, options, supported, headerBytes] = [4, 0, 0, 5, 6, 9];
  const request = Buffer.of(version4, noFlags, 0, stream, options, 0, 0, 0, 0);
  const answer = await askTcp(host, port, request, (bytes) => bytes.length >= headerBytes);
  return answer[4] === supported;
}

/** Small bounds for a shared machine. A cluster starts empty, so a joining node has nothing to stream. */
export function cassandraYaml(topology: Topology, index: number, dataFolder: string): string {
  const storagePort = topology.ports.ENGINES_CASSANDRA_STORAGE_PORT;
  const seeds = Array.from({ length: topology.nodes }, (_, i) => `${address(i)}:${storagePort}`).join(',');
  // JSON strings are YAML strings, whatever a folder's name holds.
  const folder = (name: string) => JSON.stringify(`${dataFolder}/${name}`);
  return `cluster_name: vitalwire
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
num_tokens: 16
auto_bootstrap: false
listen_address: ${address(index)}
rpc_address: ${address(index)}
storage_port: ${storagePort}
native_transport_port: ${topology.ports.ENGINES_CASSANDRA_PORT}
start_native_transport: true
native_transport_max_threads: 64
endpoint_snitch: GossipingPropertyFileSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "${seeds}"
data_file_directories:
  - ${folder('data')}
commitlog_directory: ${folder('commitlog')}
saved_caches_directory: ${folder('saved-caches')}
hints_directory: ${folder('hints')}
cdc_raw_directory: ${folder('cdc-raw')}
commitlog_sync: periodic
commitlog_sync_period: 10000ms
commitlog_segment_size: 16MiB
commitlog_total_space: 256MiB
memtable_heap_space: 128MiB
memtable_offheap_space: 64MiB
file_cache_size: 32MiB
key_cache_size: 16MiB
auto_snapshot: false
authenticator: AllowAllAuthenticator
authorizer: AllowAllAuthorizer
`;
}

const logbackConfig = `<configuration>
  <appender name="stdout" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date{ISO8601} %-5level [%thread] %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="stdout"/></root>
</configuration>
`;
