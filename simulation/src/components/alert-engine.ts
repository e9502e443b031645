import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { startAuditRelay } from '@vitalwire/alert-engine/audit/relay.ts';
import { consumeConditions } from '@vitalwire/alert-engine/conditions/consumer.ts';
import { DEFAULT_BOUNDS } from '@vitalwire/alert-engine/config.ts';
import { AlertFeed } from '@vitalwire/alert-engine/hub/alert-feed.ts';
import { decodeCursor } from '@vitalwire/alert-engine/hub/cursor.ts';
import { join } from '@vitalwire/alert-engine/hub/join.ts';
import { Session } from '@vitalwire/alert-engine/hub/session.ts';
import { CommitSignal } from '@vitalwire/alert-engine/live/commit-signal.ts';
import { startTimers } from '@vitalwire/alert-engine/timers/scheduler.ts';
import { DEFAULT_POLICY, type LifecyclePolicy } from '@vitalwire/alert-engine/lifecycle/policy.ts';
import { act } from '@vitalwire/alert-engine/actions/actions.ts';
import { LiveView } from '@vitalwire/alert-engine/live/live-view.ts';
import { alertEngineMetrics } from '@vitalwire/alert-engine/metrics.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { Registry } from '@vitalwire/core/runtime/metrics.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import type { Dice } from '../world/dice.ts';
import type { Process } from '../world/process.ts';
import { SILENCE } from '../world/silence.ts';
import { Supervised, type Running } from '../world/supervised.ts';
import type { World } from '../world/world.ts';
import type { PortsOf } from './pipelines.ts';
import { REGION } from './ports.ts';

/** What stations have is not followed here. */
const NO_RECEIPTS = { idFor: () => undefined, queuedOf: () => [], received: () => {} };

/** Nobody reads them, and to declare them anew for each session costs more than the session. */
const SESSION_METRICS = alertEngineMetrics(new Registry());

/** A station's end of its connection, as the engine's session sees a WebSocket. */
export interface StationSocket {
  frame(text: string): void;
  closed(): void;
}

interface Engine {
  readonly process: Process;
  readonly feed: AlertFeed;
  readonly view: LiveView;
  readonly sessions: Set<Session>;
  readonly alerts: AlertStore;
  readonly acknowledge: (alertId: string) => Promise<unknown>;
}

const SECOND_MS = 1_000;

/** Timers that run within the minutes of a simulation. */
export const POLICY: LifecyclePolicy = {
  ...DEFAULT_POLICY,
  reminderMs: { low: 60 * SECOND_MS, medium: 45 * SECOND_MS, high: 30 * SECOND_MS, critical: 20 * SECOND_MS },
  escalationMs: { low: undefined, medium: 40 * SECOND_MS, high: 20 * SECOND_MS, critical: 10 * SECOND_MS },
};

const NOBODY: PatientDirectory = {
  get: async () => undefined,
  list: async () => [],
  put: async () => {},
  remove: async () => {},
  onChange: () => {},
  close: async () => {},
};

/**
 * The alert engine without its HTTP server and sockets: conditions consumer, audit relay, live view, feed, and the way of a session from
 * its hello to live.
 */
export class AlertEngineNode extends Supervised {
  readonly #world: World;
  #engine: Engine | undefined;

  constructor(name: string, world: World, ports: PortsOf) {
    super(name, world, (process) => this.#run(process, ports(process)));
    this.#world = world;
  }

  /** Undefined where nobody listens; otherwise what ends the station's connection. */
  connect(socket: StationSocket, since: string | undefined): (() => void) | undefined {
    const engine = this.#engine;
    if (engine === undefined || engine.process.dead) return undefined;
    const { process, feed, view, sessions, alerts } = engine;
    const identity = { name: 'Ann', role: 'nurse', regions: [REGION], expiresAtS: undefined } as const;
    const scope = { regions: new Set([REGION]), patients: undefined };
    const station = webSocket(socket, process);
    const session = new Session(randomUUID(), identity, scope, station, ({ text }) => station.send(text), {
      bounds: DEFAULT_BOUNDS,
      logger: SILENCE,
      receipts: NO_RECEIPTS,
      metrics: SESSION_METRICS,
    });
    sessions.add(session);
    const random = this.#world.dice.fork().next;
    const { clock } = process;
    const cursor = since === undefined ? undefined : decodeCursor(since, [REGION]);
    join(session, cursor, {
      alerts,
      feed,
      view,
      clock,
      attempt: (work) =>
        retry(work, {
          clock,
          signal: session.closed,
          random,
          firstPauseMs: 100,
          maxPauseMs: 2_000,
          onRetry: () => {},
        }),
    }).catch((error: unknown) => {
      if (!session.closed.aborted) this.#world.violated(`a station could not join: ${messageOf(error)}`);
    });
    void process.died.then(() => socket.closed());
    return () => {
      session.ended();
      sessions.delete(session);
    };
  }

  /** A nurse at a station of this engine says "I see it" of one of the open alerts; it may come to nothing. */
  acknowledgeOne(dice: Dice): void {
    const engine = this.#engine;
    if (engine === undefined || engine.process.dead) return;
    const seen = async (): Promise<void> => {
      const { alerts } = await engine.alerts.snapshot([REGION]);
      const alert = alerts.length > 0 ? dice.pick(alerts) : undefined;
      if (alert) await engine.acknowledge(alert.id);
    };
    seen().catch((error: unknown) =>
      this.#world.story.tell(this.name, () => `nobody hears Ann: ${messageOf(error)}`),
    );
  }

  async #run(process: Process, ports: ReturnType<PortsOf>): Promise<Running> {
    const { log, alerts, live, checkpoints } = ports;
    const { clock } = process;
    const logger = SILENCE;
    const random = this.#world.dice.fork().next;
    const metrics = alertEngineMetrics(new Registry());
    const regions = [REGION];
    const commits = new CommitSignal(clock);
    await commits.listenTo(alerts);
    const policyFor = () => POLICY;
    const facts = { live, directory: NOBODY, regions, clock, logger, pauseOf: () => undefined };
    const view = new LiveView(facts);
    await retry(() => view.start(), {
      clock,
      signal: new AbortController().signal,
      random,
      firstPauseMs: 100,
      maxPauseMs: 1_000,
      onRetry: () => {},
    });
    const sessions = new Set<Session>();
    const feed = new AlertFeed(
      { alerts, commits, regions, clock, logger },
      {
        event: (stored) => {
          for (const session of sessions) session.onEvent(stored);
        },
        lost: () => {
          for (const session of sessions) session.close('going_away', 'events were missed');
        },
      },
    );
    let leading: Service | undefined;
    const conditions = await consumeConditions({
      log,
      alerts,
      clock,
      logger,
      metrics,
      random,
      policyFor,
      leadership: {
        gained: () =>
          (leading ??= startAuditRelay({
            log,
            alerts,
            checkpoints,
            commits,
            regions,
            clock,
            logger,
            metrics,
            random,
            onFailed: (error) => this.#world.violated(`the audit relay ended: ${messageOf(error)}`),
          })),
        lost: async () => {
          const relaying = leading;
          leading = undefined;
          await relaying?.stop();
        },
      },
    });
    const timers = startTimers({ alerts, commits, regions, policyFor, clock, logger, metrics });
    feed.start();
    const acknowledge = (alertId: string): Promise<unknown> =>
      act({ alerts, policyFor, clock, logger, metrics }, REGION, alertId, {
        kind: 'acknowledge',
        actor: 'Ann',
      });
    this.#engine = { process, feed, view, sessions, alerts, acknowledge };
    return {
      failed: conditions.failed,
      stop: async () => {
        await feed.stop();
        await timers.stop();
        await conditions.stop();
        await view.stop();
      },
    };
  }
}

function webSocket(socket: StationSocket, process: Process): WebSocket {
  return {
    bufferedAmount: 0,
    send: (frame: string) => {
      if (!process.dead) socket.frame(frame);
    },
    close: () => socket.closed(),
    terminate: () => socket.closed(),
  } as unknown as WebSocket;
}
