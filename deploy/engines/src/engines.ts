/**
 * Engines for tests: import these and call them by engine (`redis`) or by node (`kafka-2`). They work on the same
 * folder, ports and processes as the command line; settings are read from the environment at the first call.
 */
import type { EngineName } from './engine.ts';
import { readSettings } from './settings.ts';
import { Supervisor, type NodeCounts, type NodeStatus } from './supervisor.ts';

export { engineNames, type EngineName } from './engine.ts';
export { EngineFailure } from './failure.ts';
export type { NodeCounts, NodeStatus } from './supervisor.ts';

let shared: Supervisor | undefined;

function supervisor(): Supervisor {
  shared ??= new Supervisor(readSettings(process.env), (line) => process.stderr.write(`${line}\n`));
  return shared;
}

/** Provisions and starts engines (all of them unless named) and resolves once every node answers. Idempotent. */
export function upEngines(names?: readonly EngineName[], nodes?: NodeCounts): Promise<void> {
  return supervisor().up(names, nodes);
}

/** Stops engines (all unless named) for good; their data stays. */
export function downEngines(names?: readonly EngineName[]): Promise<void> {
  return supervisor().down(names);
}

/** Starts an engine or one of its nodes as it was last brought up (else with one node); resolves once it answers. */
export function startEngine(target: string): Promise<void> {
  return supervisor().start(target);
}

/** Takes an engine or one of its nodes away, in order: resolves once its process is gone. Its variables stay. */
export function stopEngine(target: string): Promise<void> {
  return supervisor().stop(target);
}

/** The same by SIGKILL, as a crash would. */
export function killEngine(target: string): Promise<void> {
  return supervisor().kill(target);
}

/** The environment variables of the engines that are up, as a component would read them. */
export function engineEnvironment(): Readonly<Record<string, string>> {
  return supervisor().environment();
}

export function engineStatus(): Promise<readonly NodeStatus[]> {
  return supervisor().status();
}
