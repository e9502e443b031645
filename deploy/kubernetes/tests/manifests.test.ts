import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configTable, neededBy, readConfig, secretsOf } from '@vitalwire/core/runtime/config.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  components,
  folder,
  manifests,
  ofKind,
  root,
  settings,
  workloads,
  type Manifest,
} from './manifests.ts';
import { unknownFields, validate } from './schema.ts';

interface Kustomization {
  readonly resources?: readonly string[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}
const kustomization = (name: string): Kustomization =>
  parse(readFileSync(join(folder, name, 'kustomization.yaml'), 'utf8')) as Kustomization;

const knownSettings = [...configTable().matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
const exampleSecret = readFileSync(join(folder, 'examples/external-secret.yaml'), 'utf8');

/** As the code calls it. */
const processName = (name: string): string => (name === 'set-up' ? 'setup' : name);

describe('schemas', () => {
  it.each(
    manifests.map(
      (manifest) => [`${manifest.file} ${manifest.kind}/${manifest.metadata.name}`, manifest] as const,
    ),
  )('%s', (_, manifest) => validate(manifest));

  it('no manifest has a field that its kind does not have', async () => {
    expect(await unknownFields(manifests)).toEqual([]);
  });

  it('a wrong value and a mistyped field are told', async () => {
    const service = manifests.find(({ kind }) => kind === 'Service')!;
    await expect(validate({ ...service, spec: { ports: 'all' } })).rejects.toThrow(/ports/);
    const complaints = await unknownFields([{ ...service, spec: { ...service.spec, selektor: {} } }]);
    expect(complaints.join()).toContain('selektor');
  });
});

describe('kustomizations', () => {
  it.each(['base', 'engines', 'autoscaling', 'monitoring'])('%s names every file of its folder', (name) => {
    const files = readdirSync(join(folder, name)).filter(
      (file) => file.endsWith('.yaml') && file !== 'kustomization.yaml',
    );
    const named = (kustomization(name).resources ?? []).filter((resource) => !resource.startsWith('..'));
    expect([...named].sort()).toEqual(files.sort());
  });

  it("the image's tag is the project's version", () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(kustomization('base').images).toEqual([{ name: 'vitalwire', newTag: version }]);
  });
});

describe('components', () => {
  it('are all there, each by its entry point', () => {
    expect(
      Object.fromEntries(components.map(({ name, container }) => [name, container.args?.join(' ')])),
    ).toEqual({
      'ingest-gateway': 'ingest-gateway/src/main.ts',
      alerting: 'stream-processors/src/main.ts alerting',
      storage: 'stream-processors/src/main.ts storage',
      'alert-engine': 'alert-engine/src/main.ts',
      'set-up': 'deploy/distributed/src/setup.ts',
    });
  });

  it.runIf(existsSync(join(root, 'deploy/distributed/src')))('entry points exist', () => {
    for (const { container } of components)
      expect(existsSync(join(root, container.args?.[0] ?? '')), container.name).toBe(true);
  });

  it.each(components.map((component) => [component.name, component.container] as const))(
    '%s is given settings that the code knows, and that it accepts',
    (name, container) => {
      const secrets = (container.env ?? []).map(({ name }) => name);
      expect(knownSettings).toEqual(expect.arrayContaining([...Object.keys(settings), ...secrets]));
      const sample = (name: string): string =>
        name === 'REDIS_URL' ? 'redis://:x@redis:6379' : 'x'.repeat(32);
      const given = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, sample(one)]));
      const required = (container.env ?? []).flatMap(({ name, valueFrom }) =>
        valueFrom?.secretKeyRef?.optional ? [] : [name],
      );
      const config = readConfig({ ...settings, ...given(required) }, processName(name));
      expect(config.VITALWIRE_MODE).toBe('distributed');
      const logins = { KAFKA_USERNAME: 'vitalwire', CASSANDRA_USERNAME: 'vitalwire' };
      readConfig({ ...settings, ...given(secrets), ...logins }, processName(name));
    },
  );

  it.each(components.map((component) => [component.name, component.container] as const))(
    '%s is given the secrets that it needs, and no other',
    (name, container) => {
      const given = (container.env ?? []).map((variable) => variable.name);
      expect(given.toSorted()).toEqual(secretsOf(processName(name)).toSorted());
    },
  );

  it('listen where settings say, and are asked there', () => {
    const expected: Readonly<Record<string, string | undefined>> = {
      mqtt: settings['MQTT_PORT'],
      http: settings['HTTP_PORT'],
      health: settings['HEALTH_PORT'],
    };
    for (const { name, kind, container } of components) {
      if (kind === 'Job') continue;
      for (const port of container.ports ?? [])
        expect(String(port.containerPort), name).toBe(expected[port.name]);
      const names = container.ports?.map((port) => port.name);
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        expect(names, name).toContain(probe?.httpGet?.port);
        expect(['/healthz', '/readyz'], name).toContain(probe?.httpGet?.path);
      }
      expect(container.livenessProbe?.httpGet?.path, name).toBe('/healthz');
    }
  });

  it('have a budget each', () => {
    const budgets = ofKind('PodDisruptionBudget').map(({ metadata }) => metadata.name);
    expect(budgets).toEqual(
      expect.arrayContaining(ofKind('Deployment').map(({ metadata }) => metadata.name)),
    );
  });
});

describe('pods', () => {
  it.each(workloads.map(({ name, pod }) => [name, pod] as const))(
    '%s fits the restricted profile',
    (_, pod) => {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.securityContext['runAsUser']).toBeGreaterThan(0);
      for (const container of pod.containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.limits['memory']).toBeDefined();
      }
    },
  );

  it('our own have a read-only root file system', () => {
    for (const { container } of components)
      expect(container.securityContext['readOnlyRootFilesystem']).toBe(true);
  });

  it('images are exact versions', () => {
    for (const { pod } of workloads) {
      for (const { image } of pod.containers) expect(image).toMatch(/^(vitalwire|.+:\d+\.\d+\.\d+(-\w+)?)$/);
    }
  });

  it('services lead to a port of the pods they select', () => {
    for (const service of ofKind('Service')) {
      const selector = service.spec['selector'] as Readonly<Record<string, string>>;
      const selected = workloads.find(({ labels }) =>
        Object.entries(selector).every(([key, value]) => labels[key] === value),
      );
      const ports = selected?.pod.containers
        .flatMap((container) => container.ports ?? [])
        .map(({ name }) => name);
      for (const { targetPort } of service.spec['ports'] as readonly { targetPort: string }[]) {
        expect(ports, service.metadata.name).toContain(targetPort);
      }
    }
  });
});

describe('secrets', () => {
  it('are in no file', () => expect(ofKind('Secret')).toEqual([]));

  it('are all named by the example', () => {
    const references = workloads
      .flatMap(({ pod }) => pod.containers)
      .flatMap(({ env = [] }) => env)
      .flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
    expect(references.length).toBeGreaterThan(0);
    for (const { name, key } of references) {
      expect(name).toBe('vitalwire-secrets');
      expect(exampleSecret).toContain(key);
    }
  });

  it('stand in no value', () => {
    for (const { pod } of workloads) {
      for (const { env = [] } of pod.containers) {
        for (const { name, value } of env)
          if (/SECRET|TOKEN$|PASSWORD/.test(name)) expect(value, name).toBeUndefined();
      }
    }
  });
});

describe('autoscaling', () => {
  it.each(ofKind('ScaledObject').map(({ metadata, spec }) => [metadata.name, spec] as const))(
    '%s follows the lag of its own group, up to a pod a partition',
    (name, spec) => {
      expect(spec['maxReplicaCount']).toBe(Number(settings['LOG_PARTITIONS']));
      expect(spec['triggers']).toMatchObject([
        { type: 'kafka', metadata: { consumerGroup: `vitalwire.${name}`, topic: TOPICS.readings.name } },
      ]);
      expect(components.map((component) => component.name)).toContain(name);
    },
  );
});

describe('network policies', () => {
  it('deny what nobody allowed', () => {
    const deny = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === 'default-deny');
    expect(deny?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    expect(dirname(deny?.file ?? '')).toBe('base');
  });

  it.each(components.map(({ name }) => [name] as const))(
    '%s goes where its settings lead, and nowhere else',
    (name) => {
      const needed = neededBy(processName(name));
      const expected = Object.entries(ENGINE_OF)
        .filter(([setting]) => needed.some((one) => one === setting))
        .map(([setting, engine]) => `${engine}:${portOf(setting)}`);
      expect(expected.length).toBeGreaterThan(0);
      expect(edgesFrom(name).toSorted()).toEqual(expected.toSorted());
    },
  );

  it('let into an engine those who go there, its own nodes and the autoscaler', () => {
    for (const { metadata } of ofKind('StatefulSet')) {
      const engine = metadata.name;
      const comers = components.flatMap(({ name }) =>
        edgesFrom(name).flatMap((edge) => (edge.startsWith(`${engine}:`) ? [`${name} ${edge}`] : [])),
      );
      const own = edgesFrom(engine).map((edge) => `${engine} ${edge}`);
      const scaled =
        ofKind('ScaledObject').length > 0 && engine === 'kafka'
          ? [`keda kafka:${portOf('KAFKA_BROKERS')}`]
          : [];
      expect(edgesTo(engine).toSorted(), engine).toEqual([...comers, ...own, ...scaled].toSorted());
    }
  });

  it('name ports that the pods listen on', () => {
    for (const policy of ofKind('NetworkPolicy')) {
      for (const { ports = [], peers } of rulesOf(policy, 'egress')) {
        for (const peer of peers) {
          const listening = workloads
            .find(({ name }) => name === peer)
            ?.pod.containers.flatMap((container) => container.ports ?? [])
            .map(({ containerPort }) => containerPort);
          if (listening)
            expect(listening, `${policy.metadata.name} to ${peer}`).toEqual(
              expect.arrayContaining([...ports]),
            );
        }
      }
    }
  });

  it('let Prometheus in where components serve metrics', () => {
    const metrics = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === 'metrics')!;
    const serving = components.filter(({ kind }) => kind !== 'Job');
    expect(selectedBy(metrics.spec['podSelector'])).toEqual(
      expect.arrayContaining(serving.map(({ name }) => name)),
    );
    const [rule] = rulesOf(metrics, 'ingress');
    expect(new Set(rule?.ports?.map(String))).toEqual(
      new Set([settings['HEALTH_PORT'], settings['HTTP_PORT']]),
    );
  });

  it('let the outside in to devices’ and stations’ ports alone', () => {
    const open = ofKind('NetworkPolicy').flatMap((policy) =>
      rulesOf(policy, 'ingress').flatMap(({ peers, ports = [] }) =>
        peers.length === 0 || peers.includes('ingress-nginx')
          ? ports.map((port) => `${policy.metadata.name}:${port}`)
          : [],
      ),
    );
    expect(open.toSorted()).toEqual([
      `alert-engine:${settings['HTTP_PORT']}`,
      `ingest-gateway:${settings['MQTT_PORT']}`,
    ]);
  });
});

/** The engine behind a setting; Redis's address is a secret, and stands in the example. */
const ENGINE_OF = {
  KAFKA_BROKERS: 'kafka',
  INFLUX_URL: 'influxdb',
  CASSANDRA_CONTACT_POINTS: 'cassandra',
  REDIS_URL: 'redis',
} as const;

function portOf(setting: string): string {
  const value = setting === 'REDIS_URL' ? /REDIS_URL: '([^']+)'/.exec(exampleSecret)?.[1] : settings[setting];
  return /:(\d+)$/.exec(value ?? '')?.[1] ?? `no port in ${setting}`;
}

interface Rule {
  /** Names of pods, or of namespaces; none where everybody is meant. */
  readonly peers: readonly string[];
  readonly ports: readonly number[] | undefined;
}

function rulesOf({ spec }: Manifest, direction: 'ingress' | 'egress'): readonly Rule[] {
  const rules = (spec[direction] ?? []) as readonly {
    readonly from?: readonly Peer[];
    readonly to?: readonly Peer[];
    readonly ports?: readonly { readonly port: number }[];
  }[];
  return rules.map(({ from, to, ports }) => ({
    peers: (from ?? to ?? []).flatMap(({ podSelector, namespaceSelector }) => [
      ...(podSelector ? selectedBy(podSelector) : []),
      ...(namespaceSelector ? selectedBy(namespaceSelector) : []),
    ]),
    ports: ports?.map(({ port }) => port),
  }));
}

interface Peer {
  readonly podSelector?: unknown;
  readonly namespaceSelector?: unknown;
}

/** The values that a selector asks of a name's label. */
function selectedBy(selector: unknown): readonly string[] {
  const { matchLabels = {}, matchExpressions = [] } = selector as {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly { readonly values: readonly string[] }[];
  };
  return [...Object.values(matchLabels), ...matchExpressions.flatMap(({ values }) => values)];
}

const policiesOf = (name: string): readonly Manifest[] =>
  ofKind('NetworkPolicy').filter(({ spec }) => selectedBy(spec['podSelector']).includes(name));

/** `engine:port`, as the policies of the pod let it out. */
const edgesFrom = (name: string): string[] =>
  policiesOf(name).flatMap((policy) =>
    rulesOf(policy, 'egress').flatMap(({ peers, ports = [] }) =>
      peers.flatMap((peer) => ports.map((port) => `${peer}:${port}`)),
    ),
  );

/** `who engine:port`, as the policies of the engine let in. */
const edgesTo = (engine: string): string[] =>
  policiesOf(engine).flatMap((policy) =>
    rulesOf(policy, 'ingress').flatMap(({ peers, ports = [] }) =>
      peers.flatMap((peer) => ports.map((port) => `${peer} ${engine}:${port}`)),
    ),
  );
