import type { DeviceIdentity } from '@vitalwire/core/identity/token.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { encodeDeviceStatus, encodeReading, encodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { ReadingEncoder } from '@vitalwire/core/vitals/reading-encoder.ts';
import type { DeviceStatus, Mode } from '@vitalwire/core/vitals/reading.ts';
import type { Random } from '../signals/random.ts';
import type { Measurement } from '../signals/vitals-source.ts';
import { settledWithin } from './bounded-wait.ts';
import type { DeviceObserver } from './device-observer.ts';
import { Link, type Backoff } from './link.ts';
import { Outbox, type Entry } from './outbox.ts';
import type { ConnectTransport, Refusal, Transport } from './transport.ts';

export interface DeviceOptions {
  readonly identity: DeviceIdentity;
  readonly patientId: string;
  readonly mode: Mode;
  /** Differs between two starts. */
  readonly bootId: number;
  readonly url: string;
  readonly token: string;
  readonly connect: ConnectTransport;
  readonly temperatureUnit: 'F' | 'C';
  readonly backoff: Backoff;
  /** Readings that may await their PUBACK; beyond, readings are held back. */
  readonly inFlightMax: number;
  /** Readings held back at most; beyond, the oldest is given up. */
  readonly heldMax: number;
  /** A reading unacknowledged for so long means that the connection is dead, whatever the socket says. */
  readonly ackTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: DeviceObserver;
}

const KEEPALIVE_S = 30;
const CONNECT_TIMEOUT_MS = 10_000;
/** For the broker to acknowledge DEAD. */
const GOODBYE_MS = 1_000;
const MODEL = 'Vitalwire simulated monitor';
const FIRMWARE = '1';

/**
 * One bedside monitor: numbers its readings and publishes each until it is acknowledged. Live ones go out as they are measured; what the
 * network or the broker held up goes out in order once it can, the oldest as a backfill.
 */
export class BedsideDevice {
  readonly #options: DeviceOptions;
  readonly #topics: { readonly readings: string; readonly backfill: string; readonly status: string };
  readonly #encoder: ReadingEncoder;
  readonly #outbox: Outbox;
  readonly #link: Link;
  #transport: Transport | undefined;
  #sequence = 0;
  #delayed: Entry | undefined;
  #delaysNext = false;
  #lastSent: Entry | undefined;
  #isStopping = false;

  constructor(options: DeviceOptions) {
    const { patientId, bootId } = options;
    const { deviceId, region } = options.identity;
    const root = `vitals/v1/${region}/${deviceId}`;
    this.#options = options;
    this.#topics = { readings: `${root}/readings`, backfill: `${root}/backfill`, status: `${root}/status` };
    this.#encoder = new ReadingEncoder({ deviceId, patientId, region, bootId });
    this.#outbox = new Outbox(options);
    this.#link = new Link({
      connect: options.connect,
      connectOptions: () => ({
        url: options.url,
        deviceId,
        token: options.token,
        will: { topic: this.#topics.status, payload: this.#status('dead') },
        keepaliveS: KEEPALIVE_S,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
      }),
      backoff: options.backoff,
      clock: options.clock,
      random: options.random,
      onUp: (transport) => this.#onUp(transport),
      onDown: (cause, wasUp) => {
        this.#transport = undefined;
        for (const entry of this.#outbox.connectionLost()) options.observer.onDropped(entry);
        if (!this.#isStopping) options.observer.onDisconnected(cause, wasUp);
      },
    });
  }

  get isConnected(): boolean {
    return this.#transport !== undefined;
  }

  /** Readings made and neither acknowledged nor given up. */
  get waiting(): number {
    return this.#outbox.size + (this.#delayed ? 1 : 0);
  }

  start(): void {
    this.#link.start();
  }

  /** Numbers the measurement and sends it, or holds it back. `intendedMs` is monotonic, `measuredAtMs` the device's wall clock. */
  take(measurement: Measurement, intendedMs: number, measuredAtMs: number): void {
    const { identity, patientId, bootId, mode, observer } = this.#options;
    const entry: Entry = {
      reading: {
        deviceId: identity.deviceId,
        patientId,
        region: identity.region,
        bootId,
        sequence: ++this.#sequence,
        measuredAtMs,
        mode,
        vitals: measurement.vitals,
        validity: measurement.validity,
        supplementalOxygen: undefined,
        consciousness: 'unknown',
        batteryPercent: undefined,
      },
      intendedMs,
      attempts: 0,
      wasOvertaken: false,
    };
    observer.onMade(entry);
    if (this.#delaysNext) {
      this.#delaysNext = false;
      this.#delayed = entry;
      return;
    }
    this.#sendOrHold(entry);
    this.#sendDelayed();
    this.dropDeadConnection();
  }

  /** The next reading goes out after the one that follows it. */
  delayNext(): void {
    if (!this.#delayed) this.#delaysNext = true;
  }

  /** Sends the newest reading again as it was, as a device does that did not hear the acknowledgement. */
  repeatLast(): void {
    if (this.#lastSent) this.publishOnReadings(this.#encode(this.#lastSent));
  }

  /** Publishes what is no reading of this device's, and forgets it. */
  publishBeside(topic: string, payload: Uint8Array): void {
    this.#transport?.publish({ topic, payload, retain: false }, () => {});
  }

  /** The same on the topic of its own readings. */
  publishOnReadings(payload: Uint8Array): void {
    this.publishBeside(this.#topics.readings, payload);
  }

  /** Cuts the network for so long. */
  goOffline(forMs: number): void {
    this.#link.stayAway(forMs);
  }

  /** Cuts the network for a moment: no DISCONNECT, so the broker sends the will. */
  cut(): void {
    this.#link.drop();
  }

  /** Gives a connection up on which something is unacknowledged for too long. Each reading asks; without readings somebody has to. */
  dropDeadConnection(): void {
    const { clock, ackTimeoutMs } = this.#options;
    const sentMs = this.#outbox.oldestSentMs;
    if (sentMs !== undefined && clock.monotonic() - sentMs > ackTimeoutMs) this.#link.drop();
  }

  /** Says DEAD and goes. What is not acknowledged by then stays so; wait for `waiting` to be 0 first. */
  async stop(): Promise<void> {
    this.#sendDelayed();
    this.#isStopping = true;
    const transport = this.#transport;
    if (transport) {
      const dead = { topic: this.#topics.status, payload: this.#status('dead'), retain: true };
      const isAcknowledged = new Promise<void>((resolve) => transport.publish(dead, () => resolve()));
      await settledWithin(isAcknowledged, GOODBYE_MS, this.#options.clock);
    }
    await this.#link.end();
  }

  #sendOrHold(entry: Entry): void {
    if (this.#transport && this.#outbox.hasRoomInFlight) {
      this.#send(this.#transport, entry);
    } else {
      const givenUp = this.#outbox.hold(entry);
      if (givenUp) this.#options.observer.onDropped(givenUp);
    }
  }

  /** A reading that waited for its successor; also without one, lest the last be lost. */
  #sendDelayed(): void {
    const delayed = this.#delayed;
    this.#delayed = undefined;
    if (delayed) this.#sendOrHold(delayed);
  }

  #encode(entry: Entry): Uint8Array {
    const { temperatureUnit } = this.#options;
    return temperatureUnit === 'F'
      ? this.#encoder.encode(entry.reading)
      : encodeReading(entry.reading, temperatureUnit);
  }

  #onUp(transport: Transport): void {
    const { clock, observer } = this.#options;
    this.#transport = transport;
    observer.onConnected();
    const born = { topic: this.#topics.status, payload: this.#status('born'), retain: true };
    transport.publish(born, () => {});
    // The older ones first: what is newer would be judged without them, and they as history.
    const young = this.#outbox.takeYoung(clock.monotonic());
    this.#backfill(transport);
    for (const entry of young) this.#send(transport, entry);
  }

  #send(transport: Transport, entry: Entry): void {
    const { clock, observer } = this.#options;
    this.#outbox.sent(entry, clock.monotonic());
    observer.onSent(entry);
    this.#lastSent = entry;
    const message = { topic: this.#topics.readings, payload: this.#encode(entry), retain: false };
    transport.publish(message, (refusal) => {
      if (this.#outbox.acknowledged(entry)) this.#settle(entry, refusal);
      this.#backfill(transport);
    });
  }

  /** One batch at a time, so that a backfill does not crowd out live readings. */
  #backfill(transport: Transport): void {
    const batch = this.#outbox.beginBatch(this.#options.clock.monotonic());
    if (batch === undefined) return;
    for (const entry of batch) this.#options.observer.onSent(entry);
    const payload = encodeReadingBatch(batch.map((entry) => entry.reading));
    transport.publish({ topic: this.#topics.backfill, payload, retain: false }, (refusal) => {
      for (const entry of this.#outbox.batchAcknowledged()) this.#settle(entry, refusal);
      this.#backfill(transport);
    });
  }

  #settle(entry: Entry, refusal: Refusal | undefined): void {
    if (refusal === undefined) this.#options.observer.onAcknowledged(entry);
    else this.#options.observer.onRefused(entry, refusal.reason);
  }

  #status(state: DeviceStatus['state']): Uint8Array {
    const { identity, patientId, bootId, clock } = this.#options;
    return encodeDeviceStatus({
      deviceId: identity.deviceId,
      patientId,
      region: identity.region,
      bootId,
      state,
      deviceTimeMs: clock.now(),
      model: MODEL,
      firmware: FIRMWARE,
      batteryPercent: undefined,
    });
  }
}
