/** Engines that want TLS and a login: Kafka, Cassandra and Redis of the tests' own, and TLS in front of the InfluxDB that is there. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { createCassandra } from '@vitalwire/engines/cassandra.ts';
import type { Engine, EngineNode } from '@vitalwire/engines/engine.ts';
import { freePort, freePorts } from '@vitalwire/engines/free-ports.ts';
import { javaProgram } from '@vitalwire/engines/java.ts';
import { createKafka } from '@vitalwire/engines/kafka.ts';
import { Layout } from '@vitalwire/engines/layout.ts';
import { NodeRunner } from '@vitalwire/engines/node-runner.ts';
import { createRedis } from '@vitalwire/engines/redis.ts';
import { readSettings } from '@vitalwire/engines/settings.ts';
import { STORE_PASSWORD, makeCertificates, type Certificates } from './certificates.ts';

export const USERNAME = 'vitalwire';
export const PASSWORD = 'correct-horse';
/** The login that Cassandra makes of itself. */
const CASSANDRA_LOGIN = 'cassandra';

export interface SecuredEngines {
  readonly certificates: Certificates;
  /** The whole of what components need to reach them. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startSecuredEngines(influxUrl: string): Promise<SecuredEngines> {
  const folder = mkdtempSync(join(tmpdir(), 'vitalwire-secured-'));
  const layout = new Layout(folder);
  symlinkSync(new Layout(readSettings(process.env).home).program(), layout.program());
  const certificates = makeCertificates(folder);
  const topology = { nodes: 1, ports: await freePorts() };
  const securedKafkaPort = await freePort();
  const [redisPort, influx] = [await freePort(), await tlsInFrontOf(influxUrl, certificates)];
  const changed = (engine: Engine, change: () => void): [NodeRunner, EngineNode] => {
    const [node] = engine.nodes(topology);
    if (!node) throw new Error(`${engine.name} has no node`);
    const prepare = async (): Promise<void> => {
      await node.prepare();
      change();
    };
    return [new NodeRunner(engine, layout, () => {}), { ...node, prepare }];
  };
  const started = [
    changed(createKafka(layout), () =>
      appendFileSync(
        layout.config('kafka-1', 'server.properties'),
        kafkaProperties(
          topology.ports.ENGINES_KAFKA_PORT,
          topology.ports.ENGINES_KAFKA_CONTROLLER_PORT,
          securedKafkaPort,
          certificates,
        ),
      ),
    ),
    changed(createRedis(layout), () =>
      appendFileSync(layout.config('redis-1', 'redis.conf'), redisSettings(redisPort, certificates)),
    ),
    changed(createCassandra(layout), () => {
      const file = layout.config('cassandra-1', 'cassandra.yaml');
      writeFileSync(file, securedCassandra(readFileSync(file, 'utf8'), certificates));
    }),
  ] as const;
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(([runner, node]) => runner.stop([node])));
    influx.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(started.map(([runner, node]) => runner.start([node])));
    await addScramUser(layout, topology.ports.ENGINES_KAFKA_PORT);
  } catch (error) {
    await stop();
    throw error;
  }
  const { ca } = certificates;
  const environment = {
    KAFKA_BROKERS: `127.0.0.1:${securedKafkaPort}`,
    KAFKA_REPLICATION: '1',
    KAFKA_TLS: 'true',
    KAFKA_TLS_CA: ca,
    KAFKA_USERNAME: USERNAME,
    KAFKA_PASSWORD: PASSWORD,
    CASSANDRA_CONTACT_POINTS: `127.0.0.1:${topology.ports.ENGINES_CASSANDRA_PORT}`,
    CASSANDRA_LOCAL_DC: 'Northeast',
    CASSANDRA_REPLICATION: '1',
    CASSANDRA_TLS: 'true',
    CASSANDRA_TLS_CA: ca,
    CASSANDRA_USERNAME: CASSANDRA_LOGIN,
    CASSANDRA_PASSWORD: CASSANDRA_LOGIN,
    REDIS_URL: `rediss://${USERNAME}:${PASSWORD}@127.0.0.1:${redisPort}`,
    REDIS_TLS_CA: ca,
    INFLUX_URL: `https://127.0.0.1:${influx.port}`,
    INFLUX_TLS_CA: ca,
  };
  return { certificates, environment, stop };
}

/** A second listener beside the one of brokers among themselves; of a property that is there twice, the last counts. */
function kafkaProperties(
  plain: number,
  controller: number,
  secured: number,
  { store }: Certificates,
): string {
  const listener = 'listener.name.secured';
  const module = 'org.apache.kafka.common.security';
  return `
listeners=PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},SECURED://127.0.0.1:${secured}
advertised.listeners=PLAINTEXT://127.0.0.1:${plain},SECURED://127.0.0.1:${secured}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL
${listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
${listener}.plain.sasl.jaas.config=${module}.plain.PlainLoginModule required user_${USERNAME}="${PASSWORD}";
${listener}.scram-sha-512.sasl.jaas.config=${module}.scram.ScramLoginModule required;
${listener}.ssl.keystore.type=PKCS12
${listener}.ssl.keystore.location=${store}
${listener}.ssl.keystore.password=${STORE_PASSWORD}
${listener}.ssl.key.password=${STORE_PASSWORD}
`;
}

async function addScramUser(layout: Layout, port: number): Promise<void> {
  const classPath = join(layout.program('kafka-4.1.1', 'lib'), '*');
  const user = ['--alter', '--entity-type', 'users', '--entity-name', USERNAME];
  const login = ['--add-config', `SCRAM-SHA-512=[password=${PASSWORD}]`];
  const command = ['kafka.admin.ConfigCommand', '--bootstrap-server', `127.0.0.1:${port}`, ...user, ...login];
  await promisify(execFile)(javaProgram(), ['-Xmx128m', '-cp', classPath, ...command]);
}

const redisSettings = (port: number, { ca, cert, key }: Certificates): string => `
tls-port ${port}
tls-ca-cert-file ${ca}
tls-cert-file ${cert}
tls-key-file ${key}
tls-auth-clients no
user ${USERNAME} on >${PASSWORD} ~* &* +@all
`;

/** Both with and without TLS on one port, so that the probe goes on working; nobody without a login. */
const securedCassandra = (yaml: string, { store }: Certificates): string =>
  `${yaml.replace('AllowAllAuthenticator', 'PasswordAuthenticator')}
client_encryption_options:
  enabled: true
  optional: true
  keystore: ${JSON.stringify(store)}
  keystore_password: ${STORE_PASSWORD}
  store_type: PKCS12
`;

async function tlsInFrontOf(
  url: string,
  { cert, key }: Certificates,
): Promise<{ port: number; close(): void }> {
  const { hostname, port } = new URL(url);
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (client) => {
    const behind = connect(Number(port), hostname);
    client.on('error', () => behind.destroy()).pipe(behind);
    behind.on('error', () => client.destroy()).pipe(client);
  });
  // A client that does not trust it hangs up.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
