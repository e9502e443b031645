import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineName } from './engine.ts';

/** Where everything lies under the engines' folder. Nothing is written anywhere else. */
export class Layout {
  readonly home: string;

  constructor(home: string) {
    this.home = home;
  }

  /** What package managers download. Removing it costs only time. */
  cache(...parts: string[]): string {
    return join(this.home, 'cache', ...parts);
  }

  /** Work in progress of `provision`: unfinished, safe to remove when nothing is being provisioned. */
  build(...parts: string[]): string {
    return join(this.home, 'build', ...parts);
  }

  /** Finished programs. A folder appears here complete or not at all. */
  program(...parts: string[]): string {
    return join(this.home, 'programs', ...parts);
  }

  /** Clusters of different sizes keep their data apart: a log formatted for one voter cannot serve three. */
  data(engine: EngineName, nodes: number, node: string): string {
    return join(this.home, 'data', engine, `${nodes}-node`, node);
  }

  config(node: string, ...parts: string[]): string {
    return join(this.home, 'config', node, ...parts);
  }

  log(name: string): string {
    return join(this.home, 'logs', `${name}.log`);
  }

  run(file: string): string {
    return join(this.home, 'run', file);
  }

  secret(name: string): string {
    return join(this.home, 'secrets', name);
  }

  environmentFile(): string {
    return join(this.home, 'engines.env');
  }
}

/** Writes a whole file or none of it, so that a reader never meets half. */
export function writeWhole(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, content, { mode });
  renameSync(unfinished, path);
}
