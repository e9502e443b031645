import type { Duplex } from 'node:stream';
import type { AuthenticateError, Client, ConnectPacket, PublishPacket } from 'aedes';
import type { LogRecord, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { DeviceStatus } from '@vitalwire/core/vitals/reading.ts';
import { admit, type Admission, type AdmissionBounds } from './admission/admit.ts';
import { deviceOf } from './admission/device-topics.ts';
import { CLOCK_CORRECTION_HEADER } from './admission/event-time.ts';
import { isMisuse, rejectedRecord } from './admission/rejection.ts';
import type { ForgetfulPersistence } from './broker/forgetful-persistence.ts';
import { DeviceClocks } from './clocks/device-clocks.ts';
import { heard } from './broker/keep-alive.ts';
import { Connection, Session, type Answer, type Reply } from './connection.ts';
import type { AppendLanes } from './delivery/append-lanes.ts';
import type { InflightBudget } from './delivery/inflight-budget.ts';
import { Pubacks, PubackWriter } from './delivery/pubacks.ts';
import { FramedStream } from './framing/framed-stream.ts';
import { ownTopic, type OwnPublishes } from './framing/own-publishes.ts';
import type { ByteSource } from './framing/shared-reads.ts';
import { Authenticator, refusalError } from './identity/authenticator.ts';
import { certifiedDevice } from './identity/device-certificate.ts';
import { Misuse } from './identity/misuse.ts';
import type { TokenCache } from './identity/token-cache.ts';
import type { GatewayLimits } from './limits.ts';
import type { GatewayMetrics, RefusalReason } from './metrics.ts';
import { PresenceTracker } from './presence/presence-tracker.ts';

/** What a message costs beyond its bytes while it waits: the ticket, the record, Aedes' packet. */
const MESSAGE_OVERHEAD_BYTES = 512;

export interface GatewayParts {
  readonly regions: readonly string[];
  readonly limits: GatewayLimits;
  readonly admission: AdmissionBounds;
  readonly tokens: TokenCache;
  readonly lanes: AppendLanes;
  readonly budget: InflightBudget;
  readonly persistence: ForgetfulPersistence;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What Aedes asks at each turn, answered: who may connect, what becomes of a message, who may subscribe to what. */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #connections = new Map<Duplex, Connection>();
  readonly #presence: PresenceTracker;
  readonly #misuse: Misuse;
  readonly #clocks: DeviceClocks;
  readonly #authenticator: Authenticator;
  readonly #pubackWriter = new PubackWriter();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#presence = new PresenceTracker(parts.limits.maxRememberedDevices);
    this.#misuse = new Misuse(parts.limits);
    this.#clocks = new DeviceClocks(parts.limits.maxRememberedDevices);
    this.#authenticator = new Authenticator({ ...parts, misuse: this.#misuse });
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Devices whose clock is known to be off by more than the tolerance. */
  get wrongClocks(): number {
    return this.#clocks.countWrong(this.#parts.admission.futureToleranceMs);
  }

  /** A socket came in; call before Aedes takes it. What it receives comes from `source`, or is read. */
  accept(stream: Duplex, source?: ByteSource): void {
    const { budget, metrics, limits, logger } = this.#parts;
    const connection = new Connection(stream);
    connection.framed = new FramedStream(stream, source, limits, {
      mayRead: () => budget.mayRead(connection),
      received: (bytes) => {
        metrics.hot.bytesReceived += bytes;
      },
      violated: (reason) => {
        metrics.refused('protocol');
        logger.info({ device_id: connection.session?.device.deviceId, reason }, 'not MQTT; closed');
      },
    });
    connection.pubacks = new Pubacks(stream, this.#pubackWriter, (isCongested) =>
      this.#congested(connection, isCongested),
    );
    this.#connections.set(stream, connection);
    stream.once('close', () => this.#closed(connection));
  }

  /** The will stays with the gateway: what it means depends on what became of the connection, which Aedes does not know. */
  preConnect = (
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, ok: boolean) => void,
  ): void => {
    const connection = this.#connections.get(client.conn);
    if (connection === undefined) return done(new Error('not one of our connections'), false);
    if (packet.will !== undefined) {
      const { topic, payload } = packet.will;
      // Bytes of its own: as part of what came with it, or of Node's pool, it would keep all that for as long as the connection.
      connection.will = { topic, payload: Buffer.from(Uint8Array.from(payload as Buffer).buffer) };
      delete packet.will;
    }
    done(null, true);
  };

  authenticate = (
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, ok: boolean | null) => void,
  ): void => {
    const connection = this.#connections.get(client.conn);
    const certified = connection && certifiedDevice(connection.stream);
    this.#authenticator.identify(client.id, username, password?.toString('utf8'), certified).then(
      (identity) => {
        const { lanes } = this.#parts;
        if (typeof identity !== 'object') {
          this.#refuse(client, identity);
          return done(refusalError(identity), false);
        }
        if (connection === undefined || connection.stream.destroyed) return done(null, false);
        connection.session = new Session(
          connection,
          client,
          deviceOf(identity),
          lanes.laneOf(identity.deviceId),
          this.#parts,
        );
        done(null, true);
      },
      (error: unknown) => {
        this.#parts.logger.error({ err: error }, 'authentication failed for a reason of our own');
        done(refusalError('overloaded'), false);
      },
    );
  };

  /** Aedes acknowledges when this calls back, and closes the connection when it calls back with an error. */
  authorizePublish = (client: Client | null, packet: PublishPacket, answer: Answer): void => {
    const session = client === null ? undefined : this.#connections.get(client.conn)?.session;
    if (session === undefined) return answer(new Error('not a device'));
    this.#publish(session, packet.topic, packet.payload as Buffer, answer);
  };

  authorizeSubscribe = <S extends { readonly topic: string }>(
    client: Client,
    subscription: S,
    done: (error: Error | null, subscription?: S | null) => void,
  ): void => {
    const session = this.#connections.get(client.conn)?.session;
    if (session !== undefined && subscription.topic === session.device.commandsTopic) {
      return done(null, subscription);
    }
    this.#parts.metrics.subscriptionRefused();
    // Not an error, which would close the connection: SUBACK 0x80.
    done(null, null);
  };

  /** Aedes made this client the one of its id, and closed the one before. */
  registered(client: Client): void {
    const session = this.#connections.get(client.conn)?.session;
    if (session === undefined || session.connection.stream.destroyed) return;
    const nowMs = this.#parts.clock.now();
    const record = this.#presence.opened(session, this.#willOf(session), nowMs);
    this.#tell(session.lane, [record]);
    this.#parts.metrics.presence('connected');
  }

  ready(client: Client): void {
    const connection = this.#connections.get(client.conn);
    connection?.framed.open(connection.session && this.#ownPublishes(connection.session));
  }

  /** From now on nothing is read and nobody let in. */
  stopReading(): void {
    this.#parts.budget.close();
  }

  /** Takes in what the gateways, this one too, say on `devices.presence`: a device that moved to another one has no session here any more. */
  heard(records: readonly LogRecord[]): void {
    const { clock, lanes, logger, metrics } = this.#parts;
    for (const record of records) {
      try {
        const elsewhere = this.#presence.heard(record, clock.now());
        if (elsewhere?.kind === 'still-here') this.#tell(lanes.laneOf(record.key), [elsewhere.record]);
        if (elsewhere?.kind !== 'moved') continue;
        metrics.refused('moved');
        logger.info({ device_id: record.key }, 'device connected to another gateway; its session here ends');
        (elsewhere.connection as Session).connection.stream.destroy();
      } catch (error) {
        logger.error({ reason: messageOf(error), offset: record.offset }, 'not a presence');
      }
    }
  }

  /** Marks every device lost: the gateway leaves it. */
  endPresence(): void {
    const records = this.#presence.allEnded(this.#parts.clock.now());
    for (const record of records) this.#tell(this.#parts.lanes.laneOf(record.key), [record]);
  }

  closeConnections(): void {
    for (const stream of this.#connections.keys()) stream.destroy();
  }

  #refuse(client: Client, reason: RefusalReason): void {
    this.#parts.metrics.refused(reason);
    const claimed = client.id.slice(0, this.#parts.limits.maxIdLength);
    this.#parts.logger.info({ device_id: claimed, reason }, 'device refused');
  }

  #ownPublishes(session: Session): OwnPublishes {
    const { readingsTopic, backfillTopic, statusTopic } = session.device;
    return {
      topics: [readingsTopic, backfillTopic, statusTopic].map(ownTopic),
      published: (topic, payload, messageId) => this.#publish(session, topic, payload, messageId),
      heard: () => heard(session.client),
    };
  }

  /** A device that does not read its acknowledgements is not read either, and for so long only. */
  #congested(connection: Connection, isCongested: boolean): void {
    const { budget, clock, limits, logger } = this.#parts;
    budget.hold(connection, isCongested);
    connection.cancelDrainTimeout?.();
    connection.cancelDrainTimeout = isCongested
      ? clock.after(limits.drainTimeoutMs, () => {
          logger.info(
            { device_id: connection.session?.device.deviceId },
            'reads no acknowledgements; closed',
          );
          connection.stream.destroy();
        })
      : undefined;
  }

  #publish(session: Session, topic: string, payload: Buffer, reply: Reply): void {
    const { admission: bounds, limits, clock, lanes } = this.#parts;
    const nowMs = clock.now();
    const admission =
      topic.length > limits.maxTopicLength
        ? TOPIC_TOO_LONG(payload)
        : admit(
            topic,
            payload,
            session.device,
            nowMs,
            bounds,
            this.#clocks.offsetsOf(session.device.deviceId),
          );
    this.#learnClock(session, admission, nowMs);
    const records = this.#recordsOf(session, admission, topic, nowMs);
    const closes = this.#countMisuse(session, admission);
    const bytes = payload.length + topic.length + MESSAGE_OVERHEAD_BYTES;
    const ticket = session.enlist(records, bytes, reply, closes);
    if (records.length > 0) lanes.submit(session.lane, ticket);
    else {
      ticket.outcome = 'durable';
      session.release();
    }
  }

  #learnClock({ device: { deviceId } }: Session, admission: Admission, nowMs: number): void {
    if (admission.kind === 'status') return this.#clocks.status(admission.status, nowMs);
    const sample = admission.clockSample;
    if (sample) this.#clocks.reading(deviceId, sample.bootId, sample.measuredAtMs, nowMs);
  }

  #recordsOf(session: Session, admission: Admission, topic: string, nowMs: number): readonly NewRecord[] {
    const { metrics, limits } = this.#parts;
    if (admission.kind === 'status') {
      const record = this.#presence.status(session, admission.status, nowMs);
      if (record === undefined) return [];
      metrics.presence(admission.status.state);
      return [record];
    }
    const { accepted, rejected, last } = admission;
    metrics.hot.readingsAccepted += accepted.length;
    for (const { headers } of accepted) if (CLOCK_CORRECTION_HEADER in headers) metrics.hot.clockCorrected++;
    const presence = last && this.#presence.reading(session, last, nowMs);
    if (rejected.length === 0 && presence === undefined) return accepted;

    const source = { topic, deviceId: session.device.deviceId, receivedAtMs: nowMs };
    const records = [...accepted];
    for (const rejection of rejected) {
      metrics.rejected(rejection.reason);
      records.push(rejectedRecord(rejection, source, limits.maxTopicLength));
    }
    if (presence !== undefined) {
      metrics.presence(session.presence?.state ?? 'connected');
      records.push(presence);
    }
    return records;
  }

  /** Whether this message is the one too many, after whose acknowledgement the connection closes. A batch counts once. */
  #countMisuse(session: Session, admission: Admission): boolean {
    if (admission.kind !== 'readings') return false;
    if (!admission.rejected.some(({ reason }) => isMisuse(reason))) return false;
    const { clock, limits, metrics, logger } = this.#parts;
    if (!this.#misuse.count(session.device.deviceId, clock.monotonic())) return false;
    metrics.refused('misuse');
    logger.warn(
      { audit: true, device_id: session.device.deviceId, refused_for_ms: limits.misuseRefusalMs },
      'device refused: it goes on publishing what is not its own',
    );
    return true;
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection.stream);
    this.#parts.budget.forget(connection);
    connection.cancelDrainTimeout?.();
    const { session, will } = connection;
    if (session === undefined) return;
    session.closed = true;
    this.#parts.persistence.forget(session.device.deviceId);
    const nowMs = this.#parts.clock.now();
    const goodbye = connection.framed.disconnected;
    const status = goodbye ? undefined : this.#willOf(session);
    const record = this.#presence.ended(session, goodbye ? { goodbye } : { goodbye, will: status }, nowMs);
    const records: NewRecord[] = [];
    if (!goodbye && will !== undefined && status === undefined) records.push(...this.#willAsMessage(session));
    if (record !== undefined) {
      records.push(record);
      this.#parts.metrics.presence(session.presence?.state ?? 'lost');
    }
    if (records.length > 0) this.#tell(session.lane, records);
  }

  /** The will, where it is a status message of the device's own. */
  #willOf(session: Session): DeviceStatus | undefined {
    const { will } = session.connection;
    if (will === undefined) return undefined;
    const { admission: bounds, clock } = this.#parts;
    const admission = admit(will.topic, will.payload, session.device, clock.now(), bounds);
    return admission.kind === 'status' ? admission.status : undefined;
  }

  /** A will that is no status message is a message like any other, judged when it is due. */
  #willAsMessage(session: Session): readonly NewRecord[] {
    const { will } = session.connection;
    if (will === undefined) return [];
    const { admission: bounds, clock } = this.#parts;
    const nowMs = clock.now();
    const offsetOf = this.#clocks.offsetsOf(session.device.deviceId);
    const admission = admit(will.topic, will.payload, session.device, nowMs, bounds, offsetOf);
    return this.#recordsOf(session, admission, will.topic, nowMs);
  }

  /** Appends what no device waits for. */
  #tell(lane: number, records: readonly NewRecord[]): void {
    const { lanes, budget } = this.#parts;
    const bytes = MESSAGE_OVERHEAD_BYTES * records.length;
    budget.take(undefined, bytes);
    lanes.submit(lane, {
      records,
      outcome: 'waiting',
      error: undefined,
      settled: () => budget.giveBack(undefined, bytes),
    });
  }
}

const TOPIC_TOO_LONG = (payload: Buffer): Admission => ({
  kind: 'readings',
  accepted: [],
  rejected: [{ reason: 'wrong_topic', detail: 'the topic is too long', payload }],
  last: undefined,
  clockSample: undefined,
});
