import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, type Manifest } from './manifests.ts';

/** Where the schemas of an API group come from; the rest is Kubernetes' own. */
const PACKAGES: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'external-secrets.io': '@kubernetes-models/external-secrets',
};

type Model = new (data: object) => { validate(): void };

function moduleOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.split('/')[0] ?? '';
  return `${PACKAGES[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}

const contentOf = (manifest: Manifest): object =>
  Object.fromEntries(Object.entries(manifest).filter(([key]) => key !== 'file'));

/** Values, formats and required fields, by the JSON schema of the kind. @throws with the field that is wrong */
export async function validate(manifest: Manifest): Promise<void> {
  const models = (await import(moduleOf(manifest))) as Readonly<Record<string, Model>>;
  const Model = models[manifest.kind];
  if (Model === undefined) throw new Error(`no schema for ${manifest.apiVersion} ${manifest.kind}`);
  new Model(contentOf(manifest)).validate();
}

/**
 * Fields that the kind does not have: the schemas let them pass and a cluster drops them, so that a mistyped probe would simply not be
 * there. The compiler knows the kinds' types and refuses an object literal with more. Resolves to its complaints.
 */
export async function unknownFields(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'vitalwire-manifests-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
    const lines = manifests.map((manifest) => {
      const type = `import('${moduleOf(manifest)}').I${manifest.kind}`;
      return `/* ${manifest.file} */ const _: ${type} = ${JSON.stringify(contentOf(manifest))};`;
    });
    lines.forEach((line, index) =>
      writeFileSync(join(scratch, `manifest-${index}.ts`), `${line}\nexport {};\n`),
    );
    const compilerOptions = { module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, types: [] };
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    return await promisify(execFile)(process.execPath, [tsc, '-p', scratch, '--pretty', 'false']).then(
      () => [],
      (error: { stdout: string }) => complaints(error.stdout, manifests),
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function complaints(output: string, manifests: readonly Manifest[]): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line.replace(/^.*manifest-(\d+)\.ts\(\d+,\d+\)/, (_, index: string) => {
        const manifest = manifests[Number(index)];
        return `${manifest?.file} ${manifest?.kind}/${manifest?.metadata.name}`;
      }),
    );
}
