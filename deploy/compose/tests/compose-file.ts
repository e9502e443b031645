import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ComposeService {
  readonly image: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: {
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes?: Readonly<Record<string, object>>;
}

export const folder = join(import.meta.dirname, '..');
export const root = join(folder, '../..');

/** A compose file with its anchors and merges resolved, and its variables as they are written. */
export function readCompose(name: string): ComposeFile {
  // `!override` is Compose's own tag; what it stands before is read as it is.
  return parse(readFileSync(join(folder, name), 'utf8'), { merge: true, logLevel: 'error' }) as ComposeFile;
}

const VARIABLE = /\$\{(\w+)(?:(:-|:\?)([^}]*))?\}/g;

export interface Variable {
  readonly name: string;
  readonly kind: 'plain' | 'default' | 'required';
  readonly text: string;
}

export function variablesOf(text: string): readonly Variable[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '', sign, rest = '']) => ({
    name,
    kind: sign === ':?' ? 'required' : sign === ':-' ? 'default' : 'plain',
    text: rest,
  }));
}

/** What Compose makes of a value, with every required variable set to `given`. */
export const interpolate = (value: string, given: string): string =>
  value.replace(VARIABLE, (_, __, sign: string | undefined, rest: string) => (sign === ':-' ? rest : given));
