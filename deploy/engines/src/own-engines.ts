import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName, Report } from './engine.ts';
import { freePorts } from './free-ports.ts';
import { readSettings } from './settings.ts';
import { Supervisor, type NodeCounts } from './supervisor.ts';

export interface OwnEnginesOptions {
  /** Names the folder, for whoever finds it after a crash. */
  readonly owner: string;
  readonly engines: readonly EngineName[];
  /** One node where not named. */
  readonly nodes: NodeCounts;
  /** Progress of downloads, where any are needed. */
  readonly report: Report;
}

/** Engines of somebody's own, with nothing in them. */
export interface OwnEngines {
  /** To take a node away and return it, and to look at processes. */
  readonly supervisor: Supervisor;
  /** Resolves once all answer, to what a component needs in its environment. */
  start(): Promise<Readonly<Record<string, string>>>;
  /** Ends them and removes what they kept. Idempotent; also in the middle of a start that is given up. */
  stop(): Promise<void>;
}

/** Engines that `ownEngines` would have to download or build first. */
export const enginesToProvision = (): readonly EngineName[] =>
  new Supervisor(readSettings(process.env), () => {}).missing();

/**
 * Prepares fresh engines on free ports, in a folder that goes with them. Programs are those of `npm run engines`: what is missing is
 * provisioned there, and stays for the next time. They run detached: whoever starts them stops them, whatever happens in between.
 */
export async function ownEngines(options: OwnEnginesOptions): Promise<OwnEngines> {
  const { owner, engines, nodes, report } = options;
  const shared = new Supervisor(readSettings(process.env), report);
  await shared.provision(engines);
  const home = mkdtempSync(join(tmpdir(), `vitalwire-${owner}-`));
  // Redis alone is the system's own, and leaves no programs.
  if (existsSync(shared.layout.program())) symlinkSync(shared.layout.program(), join(home, 'programs'));
  const supervisor = new Supervisor({ home, ports: await freePorts() }, () => {});
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await supervisor.down(engines);
    rmSync(home, { recursive: true, force: true });
  };
  return {
    supervisor,
    start: async () => {
      await supervisor.up(engines, nodes);
      return supervisor.environment();
    },
    stop: () => (stopping ??= stop()),
  };
}
