import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SECRET_SETTINGS, configTable, neededBy, readConfig } from '@vitalwire/core/runtime/config.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { components, folder, manifests, ofKind, root, settings, workloads } from './manifests.ts';
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

  it('no manifest has a field that its kind does not have', { timeout: 60_000 }, async () => {
    expect(await unknownFields(manifests)).toEqual([]);
  });

  it('a wrong value and a mistyped field are told', { timeout: 60_000 }, async () => {
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
      const config = readConfig(
        { ...settings, ...Object.fromEntries(secrets.map((secret) => [secret, sample(secret)])) },
        processName(name),
      );
      expect(config.VITALWIRE_MODE).toBe('distributed');
    },
  );

  it.each(components.map((component) => [component.name, component.container] as const))(
    '%s is given the secrets that it needs, and no other',
    (name, container) => {
      const given = (container.env ?? []).map((variable) => variable.name);
      const needed = neededBy(processName(name));
      expect(given.toSorted()).toEqual(
        SECRET_SETTINGS.filter((secret) => needed.includes(secret)).toSorted(),
      );
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

  it('let components out only to engines that let them in', () => {
    const inward = new Map(
      ofKind('NetworkPolicy')
        .filter(({ file }) => file.startsWith('engines/'))
        .map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec['ingress'])]),
    );
    expect([...inward.keys()].sort()).toEqual(
      ofKind('StatefulSet')
        .map(({ metadata }) => metadata.name)
        .sort(),
    );
    for (const { name } of components) {
      const policy = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === name);
      const outward = JSON.stringify(policy?.spec['egress']);
      for (const [engine, allowed] of inward)
        expect(allowed.includes(`"${name}"`), `${name} ${engine}`).toBe(outward.includes(`"${engine}"`));
    }
  });
});
