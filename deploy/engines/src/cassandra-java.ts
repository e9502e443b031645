import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What Cassandra 5.0 reaches into on JDK 17, by module: its own start script opens the same packages. */
const openedPackages: Readonly<Record<string, readonly string[]>> = {
  'java.base': [
    'java.io',
    'java.lang',
    'java.lang.module',
    'java.lang.ref',
    'java.lang.reflect',
    'java.math',
    'java.net',
    'java.nio',
    'java.util',
    'java.util.concurrent',
    'java.util.concurrent.atomic',
    'jdk.internal.loader',
    'jdk.internal.math',
    'jdk.internal.misc',
    'jdk.internal.module',
    'jdk.internal.ref',
    'jdk.internal.reflect',
    'jdk.internal.util.jar',
    'jdk.internal.vm',
    'sun.nio.ch',
    'sun.nio.fs',
  ],
  'java.management': ['sun.management'],
  'java.rmi': ['sun.rmi.registry', 'sun.rmi.server', 'sun.rmi.transport.tcp'],
  'java.sql': ['java.sql'],
  'jdk.management': ['com.sun.management.internal'],
  'jdk.unsupported': ['sun.misc'],
};

const moduleArguments: readonly string[] = [
  ...Object.entries(openedPackages).flatMap(([module, packages]) =>
    packages.flatMap((name) => [
      `--add-opens=${module}/${name}=ALL-UNNAMED`,
      `--add-exports=${module}/${name}=ALL-UNNAMED`,
    ]),
  ),
  '--add-exports=java.management.rmi/com.sun.jmx.remote.internal.rmi=ALL-UNNAMED',
];

export interface CassandraFolders {
  readonly jars: string;
  readonly config: string;
  readonly data: string;
}

export function cassandraArguments(folders: CassandraFolders, nodes: number): readonly string[] {
  return [
    ...moduleArguments,
    // The agent measures objects for Cassandra's memory bounds; its version is the one Cassandra depends on.
    `-javaagent:${findJar(folders.jars, 'jamm-')}`,
    '-Xms768m',
    '-Xmx768m',
    '-Xss256k',
    '-XX:MaxDirectMemorySize=256m',
    '-XX:+UseG1GC',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djdk.attach.allowAttachSelf=true',
    '-Dcassandra-foreground=yes',
    `-Dcassandra.config=file://${folders.config}/cassandra.yaml`,
    `-Dcassandra-rackdc.properties=file://${folders.config}/cassandra-rackdc.properties`,
    `-Dlogback.configurationFile=${folders.config}/logback.xml`,
    `-Dcassandra.storagedir=${folders.data}`,
    ...(nodes === 1 ? aloneArguments : togetherArguments),
    '-cp',
    join(folders.jars, '*'),
    'org.apache.cassandra.service.CassandraDaemon',
  ];
}

/** A node alone has nobody to hear from. */
const aloneArguments = ['-Dcassandra.skip_wait_for_gossip_to_settle=0', '-Dcassandra.ring_delay_ms=1000'];

/** On loopback gossip settles in seconds, not the half minute Cassandra allows a data centre. */
const togetherArguments = ['-Dcassandra.ring_delay_ms=5000', '-Dcassandra.consistent.rangemovement=false'];

function findJar(folder: string, prefix: string): string {
  const jar = readdirSync(folder).find((name) => name.startsWith(prefix) && name.endsWith('.jar'));
  return join(folder, jar ?? `${prefix}missing.jar`);
}
