import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { Engine, EngineNode, Report, Topology } from './engine.ts';
import { EngineFailure } from './failure.ts';
import { buildInfluxd } from './influxdb-build.ts';
import { writeWhole, type Layout } from './layout.ts';

const version = '2.7.12';
const program = `influxdb-${version}`;
const host = '127.0.0.1';
const organisation = 'hospital';

/** InfluxDB 2, set up on its first start with one organisation and a token that stays the same ever after. */
export function createInfluxdb(layout: Layout): Engine {
  const influxd = layout.program(program, 'influxd');
  return {
    name: 'influxdb',
    version,
    nodesMax: 1,
    startOrder: 'together',
    readySecondsMax: 120,
    stopSecondsMax: 30,
    isProvisioned: () => existsSync(influxd),
    provision: async (report: Report) => {
      if (!existsSync(influxd)) await buildInfluxd(layout, version, influxd, report);
    },
    nodes: (topology) => [influxdbNode(layout, topology, influxd)],
    afterReady: (topology) => setUp(layout, topology),
    environment: (topology) => ({
      INFLUX_URL: url(topology),
      INFLUX_TOKEN: secret(layout, 'influxdb-token'),
      INFLUX_ORG: organisation,
    }),
  };
}

function url(topology: Topology): string {
  return `http://${host}:${topology.ports.ENGINES_INFLUX_PORT}`;
}

function influxdbNode(layout: Layout, topology: Topology, influxd: string): EngineNode {
  const name = 'influxdb-1';
  const port = topology.ports.ENGINES_INFLUX_PORT;
  const dataFolder = layout.data('influxdb', 1, name);
  return {
    name,
    ports: [{ host, port, setting: 'ENGINES_INFLUX_PORT' }],
    prepare: () => {
      mkdirSync(dataFolder, { recursive: true });
      return Promise.resolve();
    },
    command: () => ({
      program: influxd,
      args: [
        `--bolt-path=${dataFolder}/influxd.bolt`,
        `--sqlite-path=${dataFolder}/influxd.sqlite`,
        `--engine-path=${dataFolder}/engine`,
        `--http-bind-address=${host}:${port}`,
        '--reporting-disabled',
        '--log-level=info',
        // The default lets the cache of one shard take a gigabyte before it refuses writes.
        '--storage-cache-max-memory-size=268435456',
      ],
    }),
    probe: async () => {
      const answer = await ask(`${url(topology)}/health`);
      return answer.ok && ((await answer.json()) as { status?: string }).status === 'pass';
    },
  };
}

/** Creates user, organisation and token, once; afterwards checks that the kept token still opens this data. */
async function setUp(layout: Layout, topology: Topology): Promise<void> {
  const setup = `${url(topology)}/api/v2/setup`;
  const { allowed } = (await (await ask(setup)).json()) as { allowed: boolean };
  const token = secret(layout, 'influxdb-token');
  if (!allowed) {
    const known = await ask(`${url(topology)}/api/v2/orgs?org=${organisation}`, {
      headers: { authorization: `Token ${token}` },
    });
    if (known.ok) return;
    throw new EngineFailure(
      `influxdb: its data does not know the token in ${layout.secret('influxdb-token')}: ` +
        'put the old token back, or start with empty data (engines down, engines clean --data)',
      2,
    );
  }
  const answer = await ask(setup, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username: 'vitalwire',
      password: secret(layout, 'influxdb-password'),
      org: organisation,
      // The components create their own buckets with their own retention; setup insists on one.
      bucket: 'setup',
      retentionPeriodSeconds: 0,
      token,
    }),
  });
  if (!answer.ok)
    throw new EngineFailure(`influxdb: setup answered ${answer.status}: ${await answer.text()}`);
}

/** Generated on first use and kept, readable by the owner alone. */
function secret(layout: Layout, name: string): string {
  const file = layout.secret(name);
  if (!existsSync(file)) writeWhole(file, `${randomBytes(32).toString('base64url')}\n`, 0o600);
  return readFileSync(file, 'utf8').trim();
}

function ask(address: string, options: RequestInit = {}): Promise<Response> {
  return fetch(address, { ...options, signal: AbortSignal.timeout(5_000) });
}
