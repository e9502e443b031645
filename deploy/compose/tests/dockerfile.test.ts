import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { root } from './compose-file.ts';

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
const instructions = dockerfile
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line));
const runtime = instructions.slice(instructions.findIndex((line) => line.endsWith('AS runtime')));

describe('Dockerfile', () => {
  it('is well formed', () => {
    expect(validate(dockerfile, { instructionCasing: ValidationSeverity.ERROR })).toEqual([]);
    expect(validate(dockerfile.replace('WORKDIR', 'WORKDIRR'))).not.toEqual([]);
  });

  it('is based on an exact version', () => {
    expect(instructions.find((line) => line.startsWith('ARG NODE_IMAGE='))).toMatch(
      /node:24\.\d+\.\d+-\w+-slim$/,
    );
  });

  it('copies what exists and is not left out of the build', () => {
    const sources = instructions
      .filter((line) => line.startsWith('COPY') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(sources).toContain('core');
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(ignored).not.toContain(source);
    }
  });

  it('ends as a user without rights, behind an init', () => {
    expect(runtime.findLast((line) => line.startsWith('USER'))).toBe('USER 1000:1000');
    expect(runtime.findLast((line) => line.startsWith('ENTRYPOINT'))).toBe(
      'ENTRYPOINT ["tini", "--", "node"]',
    );
  });

  it('takes no secret, and no workspace file that could hold one', () => {
    expect(instructions.filter((line) => /^(ARG|ENV)\b.*(SECRET|TOKEN|PASSWORD)/.test(line))).toEqual([]);
    for (const pattern of ['**/.env', '.git', '**/.data', '**/.engines']) expect(ignored).toContain(pattern);
  });

  it('keeps every package file of the workspaces in the build', () => {
    const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      workspaces: string[];
    };
    for (const workspace of workspaces) {
      const leftOut = ignored.includes(workspace) && !ignored.includes(`!${workspace}/package.json`);
      expect(leftOut, workspace).toBe(false);
    }
  });
});
