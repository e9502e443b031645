import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '..');

/** promtool is Debian's package `prometheus`; without it these fail: rules that nobody checked are not rules. */
function promtool(...args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  if (error) throw new Error('promtool is missing: apt-get install prometheus', { cause: error });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

describe('promtool', () => {
  it('takes the configuration and its rules', () => {
    expect(promtool('check', 'config', 'prometheus.yaml')).toContain('SUCCESS');
  });

  it('finds the rules well formed', () => {
    expect(promtool('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml')).toMatch(/SUCCESS: [1-9]/);
  });

  it('sees every alert fire when it should, and stay silent when not', () => {
    expect(promtool('test', 'rules', 'rules.test.yaml')).toContain('SUCCESS');
  });
});
