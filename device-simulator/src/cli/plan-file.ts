import { readFileSync } from 'node:fs';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { parse } from 'yaml';
import { UsageError } from './arguments.ts';

/**
 * A plan (docs/load-testing.md) as the options it stands for: every key is an option's name without its dashes; `faults`, `mix` and `slo` may
 * be maps, `phases` a list. Secrets do not belong into a plan.
 * @throws UsageError
 */
export function planOptions(path: string): string[] {
  let plan: unknown;
  try {
    plan = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`--plan ${path}: ${messageOf(error).split('\n')[0]}`);
  }
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan)) {
    throw new UsageError(`--plan ${path}: it must be a map of options`);
  }
  return Object.entries(plan).flatMap(([key, value]) => {
    if (key === 'faults')
      return entriesOf(path, key, value).flatMap(([name, share]) => ['--fault', `${name}:${share}`]);
    if (key === 'mix')
      return [
        '--mix',
        entriesOf(path, key, value)
          .map(([name, share]) => `${name}=${share}`)
          .join(','),
      ];
    if (key === 'phases' && Array.isArray(value)) return ['--phases', value.map(String).join(',')];
    if (key === 'slo' && Array.isArray(value)) return ['--slo', value.map(String).join(',')];
    if (key === 'region' && Array.isArray(value)) return ['--region', value.map(String).join(',')];
    if (key === 'secret' || key === 'token')
      throw new UsageError(`--plan ${path}: ${key} belongs into the environment`);
    if (value === true) return [`--${key}`];
    if (value === false) return [];
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new UsageError(`--plan ${path}: ${key} must be a text or a number`);
    return [`--${key}`, String(value)];
  });
}

function entriesOf(path: string, key: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`--plan ${path}: ${key} must be a map of a name to its share`);
  }
  return Object.entries(value).map(([name, share]) => [name, String(share)]);
}

/** The command line with the options of its `--plan` before its own, so that its own win. @throws UsageError */
export function withPlan(argv: readonly string[]): string[] {
  const at = argv.findIndex((argument) => argument === '--plan' || argument.startsWith('--plan='));
  if (at < 0) return [...argv];
  const isJoined = argv[at]!.startsWith('--plan=');
  const path = isJoined ? argv[at]!.slice('--plan='.length) : argv[at + 1];
  if (path === undefined) throw new UsageError('--plan needs a file');
  const own = [...argv.slice(0, at), ...argv.slice(at + (isJoined ? 1 : 2))];
  const verb = own[0] === 'capacity' ? [own.shift()!] : [];
  return [...verb, ...planOptions(path), ...own];
}
