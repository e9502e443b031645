import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Registry } from '@vitalwire/core/runtime/metrics.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { DeviceBroker } from './broker/device-broker.ts';
import { ForgetfulPersistence } from './broker/forgetful-persistence.ts';
import { AppendLanes } from './delivery/append-lanes.ts';
import { InflightBudget } from './delivery/inflight-budget.ts';
import { Gateway } from './gateway.ts';
import { TokenCache } from './identity/token-cache.ts';
import { DEFAULT_LIMITS, type GatewayLimits } from './limits.ts';
import { listen, type GatewayTls, type ListenerEvents } from './listen.ts';
import { createMetrics } from './metrics.ts';

export interface IngestGatewayConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Left out: no port for TLS. */
  readonly tls?: GatewayTls | undefined;
  /** Signs device tokens (HS256). */
  readonly deviceSecret: string;
  readonly regions: readonly string[];
  readonly futureToleranceMs: number;
  /** Where they differ from DEFAULT_LIMITS. */
  readonly limits?: Partial<GatewayLimits>;
}

export interface IngestGatewayDeps {
  /** Not closed by the gateway. */
  readonly log: Pick<EventLog, 'append' | 'tail'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** 0..1, for the jitter of retries. */
  readonly random?: () => number;
}

export interface IngestGateway extends Service {
  /** The port that is listened on. */
  readonly port: number;
  /** The one for TLS, where there is one. */
  readonly tlsPort: number | undefined;
  /** Never resolves; rejects when the gateway can no longer tell which devices are its own, and should be started anew. */
  readonly failed: Promise<never>;
}

/**
 * Takes readings from devices over MQTT 3.1 and 3.1.1 into the event log. A PUBACK (QoS 1) or PUBREC (QoS 2) is sent only after the
 * message is durable in the log, in the order the device sent its messages; QoS 0 is taken in the same way, without an answer.
 * `stop` lets in no more, waits for what is in flight (bounded), then closes the connections.
 */
export async function startIngestGateway(
  config: IngestGatewayConfig,
  deps: IngestGatewayDeps,
): Promise<IngestGateway> {
  const limits: GatewayLimits = { ...DEFAULT_LIMITS, ...config.limits };
  const { clock, logger } = deps;
  const budget = new InflightBudget(limits);
  const persistence = new ForgetfulPersistence();
  const metrics = createMetrics(deps.registry, {
    inflightBytes: () => budget.bytes,
    pausedConnections: () => (budget.full ? gateway.connections : budget.throttledConnections),
    connections: () => gateway.connections,
    wrongClocks: () => gateway.wrongClocks,
  });
  const lanes = new AppendLanes(limits, {
    log: deps.log,
    clock,
    logger,
    random: deps.random ?? Math.random,
    retried: metrics.appendRetried,
  });
  const gateway = new Gateway({
    regions: config.regions,
    limits,
    admission: { ...limits, futureToleranceMs: config.futureToleranceMs },
    tokens: new TokenCache(config.deviceSecret, clock, limits),
    lanes,
    budget,
    persistence,
    metrics,
    clock,
    logger,
  });
  const broker = await DeviceBroker.start({
    persistence,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.drainTimeoutMs,
    maxInflightInbound: limits.maxInflightQos2,
    preConnect: gateway.preConnect,
    authenticate: gateway.authenticate,
    authorizePublish: gateway.authorizePublish,
    authorizeSubscribe: gateway.authorizeSubscribe,
  });
  broker.on('client', (client) => gateway.registered(client));
  broker.on('clientReady', (client) => gateway.ready(client));
  broker.on('clientError', (client, error) => {
    logger.debug({ device_id: client.id, reason: error.message }, 'connection ended with an error');
  });
  broker.on('connectionError', (_client, error) => {
    if (error.message.startsWith('connect did not arrive')) metrics.refused('no_connect');
    logger.debug({ reason: error.message }, 'connection ended before it was one');
  });

  // Before the first device: what the topic holds already concerns none that is connected here.
  const presence = await deps.log.tail(TOPICS.presence.name, (records) => gateway.heard(records));
  const events: ListenerEvents = {
    connected: (socket, source) => {
      gateway.accept(socket, source);
      broker.handle(socket);
    },
    dropped: () => metrics.refused('too_many_connections'),
    tlsFailed: (error) => {
      metrics.refused('protocol');
      logger.debug({ reason: error.message }, 'connection ended before TLS was agreed on');
    },
  };
  const { host, tls } = config;
  const listeners = await listen({ host, port: config.port, tls }, limits, events).catch(
    async (error: unknown) => {
      await presence.stop();
      throw error;
    },
  );
  const { port, tlsPort } = listeners;
  logger.info({ host, port, tls_port: tlsPort }, 'listening for devices');

  const stop = async (): Promise<void> => {
    listeners.close();
    gateway.stopReading();
    const deadline = clock.sleep(limits.stopDrainMs);
    await Promise.race([lanes.idle(), deadline]);
    gateway.endPresence();
    await Promise.race([lanes.idle(), deadline]);
    lanes.end();
    // The last acknowledgements are written on the next turn of the event loop.
    await new Promise((resolve) => void setImmediate(resolve));
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    gateway.closeConnections();
    await presence.stop();
    logger.info('stopped');
  };
  let stopped: Promise<void> | undefined;
  return { name: 'ingest-gateway', port, tlsPort, failed: presence.failed, stop: () => (stopped ??= stop()) };
}
