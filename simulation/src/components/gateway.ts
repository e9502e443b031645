import { Duplex } from 'node:stream';
import type { Client, ConnectPacket, PublishPacket } from 'aedes';
import { Registry } from '@vitalwire/core/runtime/metrics.ts';
import { ForgetfulPersistence } from '@vitalwire/ingest-gateway/broker/forgetful-persistence.ts';
import { AppendLanes } from '@vitalwire/ingest-gateway/delivery/append-lanes.ts';
import { InflightBudget } from '@vitalwire/ingest-gateway/delivery/inflight-budget.ts';
import { Gateway } from '@vitalwire/ingest-gateway/gateway.ts';
import type { TokenCache } from '@vitalwire/ingest-gateway/identity/token-cache.ts';
import { DEFAULT_LIMITS } from '@vitalwire/ingest-gateway/limits.ts';
import { createMetrics } from '@vitalwire/ingest-gateway/metrics.ts';
import type { Process } from '../world/process.ts';
import { SILENCE } from '../world/silence.ts';
import { Supervised, type Running } from '../world/supervised.ts';
import type { World } from '../world/world.ts';
import { FUTURE_TOLERANCE_MS, REGION, type Ports } from './ports.ts';

/** A device's session at a gateway, as the wire would carry it. */
export interface GatewaySession {
  /** `acknowledged` is called for the PUBACK, and not at all where there is none. */
  publish(topic: string, payload: Uint8Array, acknowledged: () => void): void;
  /** The socket is gone. */
  close(): void;
  readonly closed: Promise<void>;
}

/**
 * The gateway as it runs, without its sockets: admission, misuse, presence, order of answers, lanes and bytes in flight. In place of
 * Aedes and TCP stand direct calls of what Aedes calls; in place of a signed token, the device id (signatures are checked off the thread).
 */
export class GatewayNode extends Supervised {
  #gateway: { readonly gateway: Gateway; readonly process: Process } | undefined;

  constructor(name: string, world: World, ports: (process: Process) => Ports) {
    super(name, world, async (process) => this.#run(process, ports(process), world));
  }

  /** Undefined where nobody listens. */
  async connect(
    deviceId: string,
    will: { readonly topic: string; readonly payload: Uint8Array },
  ): Promise<GatewaySession | undefined> {
    const node = this.#gateway;
    if (node === undefined || node.process.dead) return undefined;
    const { gateway, process } = node;
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const client = { id: deviceId, conn: stream } as unknown as Client;
    gateway.accept(stream);
    gateway.preConnect(client, { will } as unknown as ConnectPacket, () => {});
    const admitted = await new Promise((resolve) => {
      gateway.authenticate(client, deviceId, Buffer.from(deviceId), (error, ok) => resolve(!error && ok));
    });
    if (admitted !== true || process.dead) return undefined;
    gateway.registered(client);
    gateway.ready(client);
    return {
      publish(topic, payload, acknowledged) {
        if (process.dead || stream.destroyed) return;
        gateway.authorizePublish(
          client,
          { topic, payload: Buffer.from(payload) } as unknown as PublishPacket,
          (error) => {
            if (process.dead) return;
            if (error) stream.destroy();
            else acknowledged();
          },
        );
      },
      close: () => void stream.destroy(),
      closed: Promise.race([
        process.died,
        new Promise<void>((resolve) => stream.once('close', () => resolve())),
      ]),
    };
  }

  #run(process: Process, { log }: Ports, world: World): Running {
    const limits = DEFAULT_LIMITS;
    const logger = SILENCE;
    const budget = new InflightBudget(limits);
    const { clock } = process;
    const metrics = createMetrics(new Registry(), {
      inflightBytes: () => budget.bytes,
      pausedConnections: () => 0,
      connections: () => 0,
      wrongClocks: () => 0,
    });
    const lanes = new AppendLanes(limits, {
      log,
      clock,
      logger,
      random: world.dice.fork().next,
      retried: () => {},
    });
    const gateway = new Gateway({
      regions: [REGION],
      limits,
      admission: { ...limits, futureToleranceMs: FUTURE_TOLERANCE_MS },
      tokens: { verify: async (deviceId: string) => ({ deviceId, region: REGION }) } as unknown as TokenCache,
      lanes,
      budget,
      persistence: new ForgetfulPersistence(),
      metrics,
      clock,
      logger,
    });
    this.#gateway = { gateway, process };
    const failed = new Promise<never>(() => {});
    return {
      failed,
      stop: async () => {
        gateway.stopReading();
        await lanes.idle();
        gateway.endPresence();
        await lanes.idle();
        lanes.end();
        gateway.closeConnections();
      },
    };
  }
}
