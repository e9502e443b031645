import type { Engine, EngineNode, Report, Topology } from './engine.ts';
import { findProgram, needProgram, runLong } from './command.ts';
import { EngineFailure } from './failure.ts';
import { writeWhole, type Layout } from './layout.ts';
import { askTcp } from './network.ts';
import { mkdirSync } from 'node:fs';

const host = '127.0.0.1';
const portStep = 1;
const program = 'redis-server';

/** Redis from Debian: one primary, and on request one replica that follows it. */
export function createRedis(layout: Layout): Engine {
  return {
    name: 'redis',
    version: "Debian's",
    nodesMax: 2,
    // A replica that starts before its primary would wait a second between attempts.
    startOrder: 'one-by-one',
    readySecondsMax: 60,
    stopSecondsMax: 20,
    isProvisioned: () => findProgram(program) !== undefined,
    provision: (report) => provision(layout, report),
    nodes: (topology) =>
      Array.from({ length: topology.nodes }, (_, index) => redisNode(layout, topology, index)),
    afterReady: () => Promise.resolve(),
    environment: (topology) => ({ REDIS_URL: `redis://${host}:${nodePort(topology, 0)}` }),
  };
}

function nodePort(topology: Topology, index: number): number {
  return topology.ports.ENGINES_REDIS_PORT + index * portStep;
}

async function provision(layout: Layout, report: Report): Promise<void> {
  if (findProgram(program) !== undefined) return;
  if (process.getuid?.() !== 0) {
    throw new EngineFailure(`${program} is not on the PATH: sudo apt-get install ${program}`, 2);
  }
  const aptGet = needProgram(
    'apt-get',
    'installing Redis',
    `install ${program} with this system's package manager`,
  );
  const common = {
    program: aptGet,
    cwd: '/',
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    log: layout.log('provision-redis'),
    report,
  };
  await runLong({ ...common, step: 'redis: apt-get update', args: ['update', '-q'] });
  await runLong({
    ...common,
    step: `redis: apt-get install ${program}`,
    args: ['install', '-q', '-y', '--no-install-recommends', program],
  });
  needProgram(program, 'Redis', 'apt-get install redis-server did not bring it');
}

function redisNode(layout: Layout, topology: Topology, index: number): EngineNode {
  const name = `redis-${index + 1}`;
  const port = nodePort(topology, index);
  const dataFolder = layout.data('redis', topology.nodes, name);
  const configFile = layout.config(name, 'redis.conf');
  return {
    name,
    ports: [{ host, port, setting: 'ENGINES_REDIS_PORT' }],
    prepare: () => {
      mkdirSync(dataFolder, { recursive: true });
      const primary = index === 0 ? undefined : nodePort(topology, 0);
      writeWhole(configFile, redisConfig(port, dataFolder, primary));
      return Promise.resolve();
    },
    command: () => ({ program: findProgram(program) ?? program, args: [configFile] }),
    probe: async () => {
      const answer = await askTcp(host, port, Buffer.from('INFO\r\n'), (bytes) => isWholeBulk(bytes));
      const info = answer.toString();
      return info.includes('loading:0') && (index === 0 || info.includes('master_link_status:up'));
    },
  };
}

/** The design's durability (RDB every 15 min, AOF every second); full memory refuses writes, it never evicts alerts. */
export function redisConfig(port: number, dataFolder: string, primaryPort: number | undefined): string {
  const lines = [
    `bind ${host}`,
    `port ${port}`,
    `dir "${dataFolder}"`,
    'daemonize no',
    'logfile ""',
    'save 900 1',
    'appendonly yes',
    'appendfsync everysec',
    'maxmemory 512mb',
    'maxmemory-policy noeviction',
  ];
  // A primary waits five seconds for more replicas to join one transfer; there is only ever one.
  lines.push('repl-diskless-sync-delay 0');
  if (primaryPort !== undefined) lines.push(`replicaof ${host} ${primaryPort}`);
  return `${lines.join('\n')}\n`;
}

/** A bulk reply, `$<bytes>\r\n<bytes>\r\n`; an error reply (`-LOADING …`) is whole at its line's end. */
function isWholeBulk(answer: Buffer): boolean {
  const lineEnd = answer.indexOf('\r\n');
  if (lineEnd < 0) return false;
  if (answer[0] !== '$'.charCodeAt(0)) return true;
  return answer.length >= lineEnd + 2 + Number(answer.subarray(1, lineEnd).toString()) + 2;
}
