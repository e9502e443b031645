import type { Layout } from './layout.ts';
import type { Ports, PortSetting } from './settings.ts';

export const engineNames = ['kafka', 'cassandra', 'influxdb', 'redis'] as const;
export type EngineName = (typeof engineNames)[number];

/** How an engine was brought up: remembered until it is brought down, so that stop and start mean the same nodes. */
export interface Topology {
  readonly nodes: number;
  readonly ports: Ports;
}

/** One line of progress for a person; long steps call it at least every ten seconds. */
export type Report = (line: string) => void;

export interface ListeningPort {
  readonly host: string;
  readonly port: number;
  /** The environment variable that moves it. */
  readonly setting: PortSetting;
}

/** One process of an engine. Building one has no effect; the supervisor calls its parts in the order below. */
export interface EngineNode {
  /** `kafka-1`: names its log, pid file, configuration and data. */
  readonly name: string;
  readonly ports: readonly ListeningPort[];
  /** Called before each start, while the process is down: writes configuration, formats empty storage. */
  prepare(): Promise<void>;
  /** The command to run, after `prepare`. It stays in the foreground and logs to stdout. */
  command(): { readonly program: string; readonly args: readonly string[] };
  /** One quick probe through the engine's own protocol: resolves true once a client would be served. May throw. */
  probe(): Promise<boolean>;
}

/** One kind of server. Everything that starts, stops and watches processes is the supervisor's. */
export interface Engine {
  readonly name: EngineName;
  /** The version a start will run, for people. */
  readonly version: string;
  readonly nodesMax: number;
  /** `one-by-one` where a node may join only a cluster that already answers; else nodes start together. */
  readonly startOrder: 'together' | 'one-by-one';
  /** How long one node may take from spawn to a probe that answers, on a slow machine. */
  readonly readySecondsMax: number;
  /** How long SIGTERM may take before SIGKILL. */
  readonly stopSecondsMax: number;
  isProvisioned(): boolean;
  /** Downloads and builds what is missing; at once when nothing is. Safe to repeat after a failure. */
  provision(report: Report): Promise<void>;
  nodes(topology: Topology): readonly EngineNode[];
  /** Called after every node answers: first-time set-up that needs the running server. Idempotent. */
  afterReady(topology: Topology): Promise<void>;
  /** What a component needs in its environment to reach this engine. */
  environment(topology: Topology): Readonly<Record<string, string>>;
}

export type EngineFactory = (layout: Layout) => Engine;
