import { setTimeout as sleep } from 'node:timers/promises';
import { readTail } from './command.ts';
import { Daemon } from './daemon.ts';
import type { Engine, EngineNode, Report } from './engine.ts';
import { EngineFailure } from './failure.ts';
import type { Layout } from './layout.ts';
import { isPortFree } from './network.ts';
import { portHolder } from './process-identity.ts';

const probeEveryMs = 100;
const reportEveryMs = 10_000;

/** Starts, watches and ends the processes of one engine's nodes. */
export class NodeRunner {
  readonly #engine: Engine;
  readonly #layout: Layout;
  readonly #report: Report;

  constructor(engine: Engine, layout: Layout, report: Report) {
    this.#engine = engine;
    this.#layout = layout;
    this.#report = report;
  }

  isRunning(node: EngineNode): boolean {
    return this.#daemon(node).pid() !== undefined;
  }

  /** Fails when something that is not ours holds a port one of these nodes needs. */
  async needFreePorts(nodes: readonly EngineNode[]): Promise<void> {
    for (const node of nodes.filter((node) => !this.isRunning(node))) {
      for (const { host, port, setting } of node.ports) {
        if (await isPortFree(host, port)) continue;
        const holder = portHolder(port) ?? 'another process';
        throw new EngineFailure(
          `${node.name}: port ${port} on ${host} is already taken by ${holder}, which is not ours: ` +
            `stop it, or set ${setting} to a free port`,
          2,
        );
      }
    }
  }

  /** Resolves once every node answers; those already running are left as they are. A node that fails is ended. */
  async start(nodes: readonly EngineNode[]): Promise<void> {
    await this.needFreePorts(nodes);
    if (this.#engine.startOrder === 'together') {
      await Promise.all(nodes.map((node) => this.#launch(node)));
      await Promise.all(nodes.map((node) => this.#untilReady(node)));
      return;
    }
    for (const node of nodes) {
      await this.#launch(node);
      await this.#untilReady(node);
    }
  }

  /** SIGTERM, and SIGKILL at the engine's bound: resolves once the processes and their ports are gone. */
  async stop(nodes: readonly EngineNode[]): Promise<void> {
    await Promise.all(
      nodes.map(async (node) => {
        const how = await this.#daemon(node).stop(this.#engine.stopSecondsMax);
        if (how !== 'was-down') await untilPortsFree(node);
        if (how === 'stopped') this.#report(`${node.name}: stopped`);
        if (how === 'killed') {
          this.#report(`${node.name}: killed, it did not stop within ${this.#engine.stopSecondsMax} s`);
        }
      }),
    );
  }

  /** SIGKILL, as a crash: resolves once the processes and their ports are gone. */
  async kill(nodes: readonly EngineNode[]): Promise<void> {
    await Promise.all(
      nodes.map(async (node) => {
        if (!(await this.#daemon(node).kill())) return;
        await untilPortsFree(node);
        this.#report(`${node.name}: killed`);
      }),
    );
  }

  async status(node: EngineNode): Promise<{ pid: number | undefined; answers: boolean }> {
    const pid = this.#daemon(node).pid();
    return { pid, answers: pid !== undefined && (await node.probe().catch(() => false)) };
  }

  async #launch(node: EngineNode): Promise<void> {
    if (this.isRunning(node)) return;
    await node.prepare();
    await this.#daemon(node).spawn(node.command());
  }

  async #untilReady(node: EngineNode): Promise<void> {
    const startedMs = performance.now();
    const elapsedMs = () => performance.now() - startedMs;
    let reportAtMs = reportEveryMs;
    while (!(await node.probe().catch(() => false))) {
      if (!this.isRunning(node)) throw this.#failure(node, 'ended while starting');
      if (elapsedMs() > this.#engine.readySecondsMax * 1000) {
        await this.#daemon(node).stop(this.#engine.stopSecondsMax);
        throw this.#failure(node, `did not answer within ${this.#engine.readySecondsMax} s`);
      }
      if (elapsedMs() > reportAtMs) {
        this.#report(`${node.name}: starting … ${Math.round(elapsedMs() / 1000)} s`);
        reportAtMs += reportEveryMs;
      }
      await sleep(probeEveryMs);
    }
    this.#report(`${node.name}: ready after ${(elapsedMs() / 1000).toFixed(1)} s`);
  }

  #failure(node: EngineNode, what: string): EngineFailure {
    const log = this.#layout.log(node.name);
    return new EngineFailure(`${node.name} ${what}; its log ${log} ends:\n${readTail(log, 12)}`);
  }

  #daemon(node: EngineNode): Daemon {
    return new Daemon(node.name, this.#layout);
  }
}

/** A killed process of many threads is gone by its id some milliseconds before the kernel closes its sockets. */
async function untilPortsFree(node: EngineNode): Promise<void> {
  const untilMs = performance.now() + 5_000;
  for (const { host, port } of node.ports) {
    while (!(await isPortFree(host, port)) && performance.now() < untilMs) await sleep(20);
  }
}
