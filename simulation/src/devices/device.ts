import { deviceOf } from '@vitalwire/ingest-gateway/admission/device-topics.ts';
import { encodeDeviceStatus, encodeReading, encodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS, type Reading } from '@vitalwire/core/vitals/reading.ts';
import type { GatewayNode, GatewaySession } from '../components/gateway.ts';
import { REGION } from '../components/ports.ts';
import type { Dice } from '../world/dice.ts';
import type { World } from '../world/world.ts';
import { keyOf, type Ledger, type Measured } from './ledger.ts';
import { Link } from './link.ts';
import type { Patient } from './patient.ts';

export interface DeviceOptions {
  readonly deviceId: string;
  readonly patient: Patient;
  readonly intervalMs: number;
  /** How far its clock is ahead of true time at first. */
  readonly clockOffsetMs: number;
}

/** Readings under way at once, as an MQTT client's receive window has them. */
const WINDOW = 8;
/** Held for longer, a reading goes with a batch. */
const HELD_MS = 15_000;
const BATCH_READINGS = 50;
const ACK_TIMEOUT_MS = 12_000;

interface Publish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly items: readonly Measured[];
}

/**
 * A bedside device: measures by its own clock, keeps what is not acknowledged, sends it again after every reconnect (QoS 1), and what it
 * held back for long as batches. A reboot starts a new boot id, and may lose what was kept and set the clock off.
 */
export class Device {
  readonly id: string;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #options: DeviceOptions;
  readonly #gateways: readonly GatewayNode[];
  readonly #ledger: Ledger;
  readonly #topics;
  #outbox: Measured[] = [];
  #bootId: number;
  #sequence = 0;
  #clockOffsetMs: number;
  #lastMeasuredAtMs = new Set<number>();
  #link: Link | undefined;
  #sending = new Set<Measured>();
  #measuring = true;
  #reachable = true;
  #heldBackMs = 0;

  constructor(options: DeviceOptions, world: World, gateways: readonly GatewayNode[], ledger: Ledger) {
    this.id = options.deviceId;
    this.#options = options;
    this.#world = world;
    this.#dice = world.dice.fork();
    this.#gateways = gateways;
    this.#ledger = ledger;
    this.#topics = deviceOf({ deviceId: this.id, region: REGION });
    this.#bootId = this.#dice.integer(1, 2 ** 31);
    this.#clockOffsetMs = options.clockOffsetMs;
  }

  get outboxEmpty(): boolean {
    return this.#outbox.length === 0;
  }

  start(): void {
    this.#world.clock.every(this.#options.intervalMs, () => this.#measure());
    this.#world.clock.every(1_000, () => this.#reconnect());
    this.#reconnect();
  }

  stopMeasuring(): void {
    this.#measuring = false;
  }

  /** The network to this device is cut, or whole again. */
  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
    this.#world.story.tell(this.id, () => (reachable ? 'has network again' : 'has no network'));
    if (!reachable) this.#link?.drop();
  }

  /** Stores and forwards: nothing goes out before it is that old. 0: at once. */
  holdBack(ms: number): void {
    this.#world.story.tell(this.id, () => `holds back what it measures for ${ms} ms`);
    this.#heldBackMs = ms;
    this.#send();
  }

  /** The connection breaks; the network is there. */
  disconnect(): void {
    this.#link?.drop();
  }

  reboot(clockOffsetMs: number | undefined, keepsOutbox: boolean): void {
    this.#world.story.tell(this.id, () => `reboots; clock off by ${clockOffsetMs ?? this.#clockOffsetMs} ms`);
    this.#link?.drop();
    for (const item of this.#outbox) {
      item.lifeEndedAtMs = Math.min(item.lifeEndedAtMs, this.#world.clock.now());
    }
    this.#bootId = (this.#bootId + this.#dice.integer(1, 1_000_000)) % 2 ** 32;
    this.#sequence = 0;
    if (clockOffsetMs !== undefined) this.#clockOffsetMs = clockOffsetMs;
    if (!keepsOutbox) this.#outbox = [];
    this.#sending.clear();
  }

  #measure(): void {
    if (!this.#measuring) return;
    const trueAtMs = this.#world.clock.now();
    let measuredAtMs = trueAtMs + this.#clockOffsetMs;
    // Even after its clock jumped back a device does not give two measurements one time.
    while (this.#lastMeasuredAtMs.has(measuredAtMs)) measuredAtMs++;
    this.#lastMeasuredAtMs.add(measuredAtMs);
    const isLeadOff = this.#options.patient.isLeadOff(trueAtMs);
    const isMarked = this.#dice.chance(0.05);
    const mark = this.#dice.pick(['invalid', 'questionable'] as const);
    const validity = isLeadOff
      ? { respiratory_rate: 'not_available' as const }
      : isMarked
        ? { respiratory_rate: mark }
        : NO_MARKS;
    const reading: Reading = {
      deviceId: this.id,
      patientId: this.#options.patient.patientId,
      region: REGION,
      bootId: this.#bootId,
      sequence: ++this.#sequence,
      measuredAtMs,
      mode: 'real',
      vitals: this.#options.patient.vitalsAt(trueAtMs),
      validity,
      supplementalOxygen: undefined,
      consciousness: 'unknown',
      batteryPercent: undefined,
    };
    const measured: Measured = { reading, trueAtMs, acknowledged: false, lifeEndedAtMs: Infinity };
    this.#ledger.set(keyOf(reading), measured);
    this.#outbox.push(measured);
    this.#send();
  }

  #reconnect(): void {
    if (!this.#reachable || this.#link?.open === true) return;
    const link = new Link(this.#world, this.#dice);
    this.#link = link;
    this.#sending.clear();
    void this.#dial(link);
  }

  async #dial(link: Link): Promise<void> {
    const status = (state: 'born' | 'dead'): Uint8Array =>
      encodeDeviceStatus({
        deviceId: this.id,
        patientId: this.#options.patient.patientId,
        region: REGION,
        bootId: this.#bootId,
        state,
        deviceTimeMs: this.#world.clock.now() + this.#clockOffsetMs,
        model: '',
        firmware: '',
        batteryPercent: undefined,
      });
    await link.delay();
    const will = { topic: this.#topics.statusTopic, payload: status('dead') };
    const session: GatewaySession | undefined = await this.#dice.pick(this.#gateways).connect(this.id, will);
    if (session === undefined || !link.open) {
      session?.close();
      return link.drop();
    }
    this.#world.story.tell(this.id, () => 'connects');
    link.join(session);
    link.publish(this.#topics.statusTopic, status('born'), () => {}, false);
    this.#send();
  }

  /** As much as the window lets through: what is new first, and what was held for long in batches behind it. */
  #send(): void {
    const link = this.#link;
    if (link?.joined !== true) return;
    for (;;) {
      if (this.#sending.size >= WINDOW) return;
      const publish = this.#next();
      if (publish === undefined) return;
      for (const item of publish.items) this.#sending.add(item);
      const overdue = this.#world.clock.after(ACK_TIMEOUT_MS, () => link.drop());
      link.publish(
        publish.topic,
        publish.payload,
        () => {
          overdue();
          this.#acknowledged(publish);
        },
        true,
      );
    }
  }

  #next(): Publish | undefined {
    const nowMs = this.#world.clock.now();
    const waiting = this.#outbox.filter(
      (item) => !this.#sending.has(item) && nowMs - item.trueAtMs >= this.#heldBackMs,
    );
    const live = waiting.find((item) => nowMs - item.trueAtMs < HELD_MS);
    if (live) {
      const payload = encodeReading(live.reading, this.#dice.chance(0.2) ? 'C' : 'F');
      return { topic: this.#topics.readingsTopic, payload, items: [live] };
    }
    const held = waiting.slice(0, BATCH_READINGS);
    if (held.length === 0) return undefined;
    const payload = encodeReadingBatch(held.map((item) => item.reading));
    return { topic: this.#topics.backfillTopic, payload, items: held };
  }

  #acknowledged({ items }: Publish): void {
    for (const item of items) {
      item.acknowledged = true;
      this.#sending.delete(item);
    }
    this.#outbox = this.#outbox.filter((item) => !item.acknowledged);
    this.#send();
  }
}
