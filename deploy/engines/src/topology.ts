import { readFileSync, rmSync } from 'node:fs';
import type { EngineName, Topology } from './engine.ts';
import { writeWhole, type Layout } from './layout.ts';
import { portDefaults } from './settings.ts';

/** How the engine was last brought up, or undefined once it was brought down. */
export function readTopology(layout: Layout, engine: EngineName): Topology | undefined {
  let text: string;
  try {
    text = readFileSync(topologyFile(layout, engine), 'utf8');
  } catch {
    return undefined;
  }
  const recorded = JSON.parse(text) as Topology;
  // A record of an older version may lack a port that exists now.
  return { nodes: recorded.nodes, ports: { ...portDefaults, ...recorded.ports } };
}

export function writeTopology(layout: Layout, engine: EngineName, topology: Topology): void {
  writeWhole(topologyFile(layout, engine), `${JSON.stringify(topology, undefined, 2)}\n`);
}

export function forgetTopology(layout: Layout, engine: EngineName): void {
  rmSync(topologyFile(layout, engine), { force: true });
}

function topologyFile(layout: Layout, engine: EngineName): string {
  return layout.run(`${engine}.json`);
}
