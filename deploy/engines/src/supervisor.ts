import { createCassandra } from './cassandra.ts';
import {
  engineNames,
  type Engine,
  type EngineName,
  type EngineNode,
  type Report,
  type Topology,
} from './engine.ts';
import { EngineFailure } from './failure.ts';
import { createInfluxdb } from './influxdb.ts';
import { createKafka } from './kafka.ts';
import { Layout, writeWhole } from './layout.ts';
import { withLock } from './lock.ts';
import { NodeRunner } from './node-runner.ts';
import { createRedis } from './redis.ts';
import { type EngineSettings } from './settings.ts';
import { forgetTopology, readTopology, writeTopology } from './topology.ts';

export type NodeCounts = Readonly<Partial<Record<EngineName, number>>>;

export interface NodeStatus {
  readonly engine: EngineName;
  readonly node: string;
  /** `stopped`: brought up, but its process is away; `down`: not brought up. */
  readonly state: 'ready' | 'not answering' | 'stopped' | 'down' | 'not provisioned';
  readonly pid: number | undefined;
  readonly addresses: readonly string[];
}

/** All engines under one folder. Calls that change one engine wait for each other, across processes too. */
export class Supervisor {
  readonly layout: Layout;
  readonly #settings: EngineSettings;
  readonly #report: Report;
  readonly #engines: Readonly<Record<EngineName, Engine>>;

  constructor(settings: EngineSettings, report: Report) {
    this.layout = new Layout(settings.home);
    this.#settings = settings;
    this.#report = report;
    this.#engines = {
      kafka: createKafka(this.layout),
      cassandra: createCassandra(this.layout),
      influxdb: createInfluxdb(this.layout),
      redis: createRedis(this.layout),
    };
  }

  /** Those whose programs are not on this machine. */
  missing(names: readonly EngineName[] = engineNames): readonly EngineName[] {
    return names.filter((name) => !this.#engines[name].isProvisioned());
  }

  /** Downloads and builds what is missing, one engine after another: each uses all the machine it may. */
  async provision(names: readonly EngineName[] = engineNames): Promise<void> {
    const missing = this.missing(names);
    if (missing.length === 0) return;
    await this.#locked('provision', async () => {
      for (const name of missing) await this.#engines[name].provision(this.#report);
    });
  }

  /**
   * Provisions and starts these engines, and resolves once all answer. A count not named is the running cluster's,
   * or else one. One engine's failure does not keep the others from starting; all failures are thrown together.
   */
  async up(names: readonly EngineName[] = engineNames, counts: NodeCounts = {}): Promise<void> {
    const wanted = names.map((name) => ({ name, topology: this.#wantedTopology(name, counts[name]) }));
    // A taken port is worth knowing before minutes of building.
    for (const { name, topology } of wanted)
      await this.#runner(name).needFreePorts(this.#nodes(name, topology));
    await this.provision(names);
    await this.#each(wanted, ({ name, topology }) => this.#bringUp(name, topology));
  }

  /** Stops these engines and forgets how they were brought up; their data stays. */
  async down(names: readonly EngineName[] = engineNames): Promise<void> {
    await this.#each(names, (name) =>
      this.#locked(name, async () => {
        const topology = readTopology(this.layout, name);
        if (topology !== undefined) await this.#runner(name).stop(this.#nodes(name, topology));
        forgetTopology(this.layout, name);
      }),
    );
    this.#writeEnvironment();
  }

  /** Starts an engine that was stopped, or one node of it (`kafka-2`), as it was brought up; or brings it up. */
  async start(target: string): Promise<void> {
    const { name, topology, nodes } = this.#select(target);
    if (topology === undefined) return this.up([name]);
    await this.#locked(name, () => this.#startNodes(name, topology, nodes));
  }

  /** Takes an engine, or one node of it, away: SIGTERM, then SIGKILL. It still counts as brought up. */
  async stop(target: string): Promise<void> {
    const { name, nodes } = this.#select(target);
    await this.#locked(name, () => this.#runner(name).stop(nodes));
  }

  /** The same by SIGKILL, as a crash would. */
  async kill(target: string): Promise<void> {
    const { name, nodes } = this.#select(target);
    await this.#locked(name, () => this.#runner(name).kill(nodes));
  }

  async status(): Promise<readonly NodeStatus[]> {
    const answers = engineNames.map(async (name) => {
      const topology = readTopology(this.layout, name);
      const shown = topology ?? { nodes: 1, ports: this.#settings.ports };
      const absent = this.#engines[name].isProvisioned() ? ('down' as const) : ('not provisioned' as const);
      return Promise.all(
        this.#nodes(name, shown).map(async (node): Promise<NodeStatus> => {
          const { pid, answers } = await this.#runner(name).status(node);
          const running = answers ? ('ready' as const) : ('not answering' as const);
          const away = topology === undefined ? absent : ('stopped' as const);
          const addresses = node.ports.map(({ host, port }) => `${host}:${port}`);
          return { engine: name, node: node.name, state: pid === undefined ? away : running, pid, addresses };
        }),
      );
    });
    return (await Promise.all(answers)).flat();
  }

  /** What a component needs in its environment to reach the engines that are up (a stopped one is still up). */
  environment(): Readonly<Record<string, string>> {
    const parts = engineNames.map((name) => {
      const topology = readTopology(this.layout, name);
      return topology === undefined ? {} : this.#engines[name].environment(topology);
    });
    return Object.assign({}, ...parts) as Record<string, string>;
  }

  /** The log files of an engine or of one node of it. */
  logs(target: string): readonly string[] {
    return this.#select(target).nodes.map((node) => this.layout.log(node.name));
  }

  async #bringUp(name: EngineName, topology: Topology): Promise<void> {
    await this.#locked(name, async () => {
      await this.#runner(name).needFreePorts(this.#nodes(name, topology));
      writeTopology(this.layout, name, topology);
      await this.#startNodes(name, topology, this.#nodes(name, topology));
    });
  }

  async #startNodes(name: EngineName, topology: Topology, nodes: readonly EngineNode[]): Promise<void> {
    await this.#runner(name).start(nodes);
    await this.#engines[name].afterReady(topology);
    this.#writeEnvironment();
  }

  #wantedTopology(name: EngineName, count: number | undefined): Topology {
    const current = readTopology(this.layout, name);
    const nodes = count ?? current?.nodes ?? 1;
    const { nodesMax } = this.#engines[name];
    if (!Number.isInteger(nodes) || nodes < 1 || nodes > nodesMax) {
      throw new EngineFailure(`${name} runs with 1 to ${nodesMax} nodes, not ${nodes}`, 2);
    }
    const wanted = { nodes, ports: this.#settings.ports };
    if (current === undefined || sameTopology(this.#engines[name], current, wanted)) return wanted;
    if (this.#nodes(name, current).some((node) => this.#runner(name).isRunning(node))) {
      throw new EngineFailure(
        `${name} is up with other nodes or ports (${addresses(this.#nodes(name, current))}): ` +
          `npm run engines -- down --only ${name} first`,
        2,
      );
    }
    return wanted;
  }

  #select(target: string): {
    name: EngineName;
    topology: Topology | undefined;
    nodes: readonly EngineNode[];
  } {
    const name = engineNames.find((engine) => target === engine || target.startsWith(`${engine}-`));
    if (name === undefined) throw new EngineFailure(`no engine "${target}": ${engineNames.join(', ')}`, 2);
    const topology = readTopology(this.layout, name);
    const all = this.#nodes(name, topology ?? { nodes: 1, ports: this.#settings.ports });
    const nodes = target === name ? all : all.filter((node) => node.name === target);
    if (nodes.length > 0) return { name, topology, nodes };
    throw new EngineFailure(`no node "${target}" is up: ${all.map((node) => node.name).join(', ')}`, 2);
  }

  #nodes(name: EngineName, topology: Topology): readonly EngineNode[] {
    return this.#engines[name].nodes(topology);
  }

  #runner(name: EngineName): NodeRunner {
    return new NodeRunner(this.#engines[name], this.layout, this.#report);
  }

  #locked<T>(name: string, work: () => Promise<T>): Promise<T> {
    const waiting = (holder: string) =>
      this.#report(`${name}: waiting for another engines command (${holder})`);
    return withLock(this.layout.run(`${name}.lock`), waiting, work);
  }

  async #each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const failures = (await Promise.allSettled(items.map(work))).flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures);
  }

  /** The token is in it, hence the mode. */
  #writeEnvironment(): void {
    const lines = Object.entries(this.environment()).map(([name, value]) => `${name}=${value}\n`);
    writeWhole(this.layout.environmentFile(), lines.join(''), 0o600);
  }
}

function sameTopology(engine: Engine, one: Topology, other: Topology): boolean {
  return addresses(engine.nodes(one)) === addresses(engine.nodes(other));
}

/** What distinguishes two ways of bringing an engine up; ports of other engines do not. */
function addresses(nodes: readonly EngineNode[]): string {
  return nodes.flatMap((node) => node.ports.map(({ host, port }) => `${host}:${port}`)).join(' ');
}
