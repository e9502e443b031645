import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon } from './daemon.ts';
import { Layout } from './layout.ts';
import { processStart } from './process-identity.ts';

/**
 * A folder for whatever this process and its children start of their own, in `parent`. Those of processes that have died are swept first.
 * `sweepEngines` ends what is left in it.
 */
export async function sweptFolder(parent: string, name: string): Promise<string> {
  for (const folder of readdirSync(parent)) {
    const [, pid, start] = new RegExp(`^${name}-(\\d+)-(\\d+)$`).exec(folder) ?? [];
    if (pid !== undefined && processStart(Number(pid)) !== start) await sweepEngines(join(parent, folder));
  }
  const own = join(parent, `${name}-${process.pid}-${processStart(process.pid)}`);
  mkdirSync(own, { recursive: true });
  return own;
}

/** Kills every engine whose folder lies in this one, and removes it with all that is in it. Resolves to the engines' nodes that still ran. */
export async function sweepEngines(folder: string): Promise<readonly string[]> {
  const killed: string[] = [];
  for (const home of existsSync(folder) ? readdirSync(folder) : []) {
    const layout = new Layout(join(folder, home));
    if (!existsSync(layout.run(''))) continue;
    for (const file of readdirSync(layout.run('')).filter((name) => name.endsWith('.pid'))) {
      const node = file.slice(0, -'.pid'.length);
      if (await new Daemon(node, layout).kill()) killed.push(`${home}: ${node}`);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return killed;
}
