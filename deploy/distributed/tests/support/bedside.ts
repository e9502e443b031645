import { connectAsync, type MqttClient } from 'mqtt';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { encodeDeviceStatus, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals, type VitalValues } from '@vitalwire/core/vitals/vital.ts';
import type { Cluster } from './cluster.ts';

const REGION = 'Northeast';
const RECONNECT_MS = 200;
const PERIOD_MS = 500;

/** A bedside device that behaves: measures twice a second, keeps what is not acknowledged and sends it again wherever it is let in. */
export class Bedside {
  readonly deviceId: string;
  readonly patientId: string;
  /** Moments whose PUBACK came, Unix ms. */
  readonly acknowledged = new Set<number>();
  readonly #cluster: Cluster;
  readonly #waiting = new Map<number, Buffer>();
  #vitals: Partial<VitalValues> = { heartbeat: 72, oxygen_saturation: 97 };
  #client: MqttClient | undefined;
  #sequence = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster, name: string) {
    this.#cluster = cluster;
    this.deviceId = `MON-${name}`;
    this.patientId = `P-${name}`;
  }

  static async start(cluster: Cluster, name: string): Promise<Bedside> {
    const bedside = new Bedside(cluster, name);
    await eventually(() => bedside.connect());
    bedside.#timer = setInterval(() => bedside.#measure(), PERIOD_MS);
    return bedside;
  }

  /** From now on a saturation of 75 %, which is an alert. */
  desaturate(): void {
    this.#vitals = { heartbeat: 118, oxygen_saturation: 75 };
  }

  get unacknowledged(): number {
    return this.#waiting.size;
  }

  /** Through the balancer, whatever became of the connection before: that one is left open where `keep`, as a half-open one is. */
  async connect(options: { keep: boolean } = { keep: false }): Promise<MqttClient | undefined> {
    const old = this.#client;
    const client = await connectAsync(
      this.#cluster.mqttUrl(),
      {
        clientId: this.deviceId,
        username: this.deviceId,
        password: await this.#cluster.deviceToken(this.deviceId),
        reconnectPeriod: 0,
        connectTimeout: 30_000,
        will: { topic: this.#topic('status'), payload: this.#status('dead'), qos: 1, retain: false },
      },
      false,
    );
    client.on('error', () => {});
    client.once('close', () => {
      if (!this.#isStopped && client === this.#client) void this.#comeBack();
    });
    this.#client = client;
    if (!options.keep) old?.end(true);
    client.publish(this.#topic('status'), this.#status('born'), { qos: 1 });
    for (const [atMs, payload] of this.#waiting) this.#send(atMs, payload);
    return old;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isStopped = true;
    await this.#client?.endAsync(true);
  }

  /** Measures no more; what is held is still sent. */
  fallSilent(): void {
    clearInterval(this.#timer);
  }

  async #comeBack(): Promise<void> {
    while (!this.#isStopped) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      try {
        await this.connect();
        return;
      } catch {
        // Nobody lets it in yet.
      }
    }
  }

  #measure(): void {
    const measuredAtMs = Date.now();
    const payload = Buffer.from(
      encodeReading({
        deviceId: this.deviceId,
        patientId: this.patientId,
        region: REGION,
        bootId: 1,
        sequence: ++this.#sequence,
        measuredAtMs,
        mode: 'real',
        vitals: { ...noVitals(), ...this.#vitals },
        validity: NO_MARKS,
        supplementalOxygen: undefined,
        consciousness: 'unknown',
        batteryPercent: undefined,
      }),
    );
    this.#waiting.set(measuredAtMs, payload);
    this.#send(measuredAtMs, payload);
  }

  #send(measuredAtMs: number, payload: Buffer): void {
    const client = this.#client;
    if (!client?.connected) return;
    client.publish(this.#topic('readings'), payload, { qos: 1 }, (error) => {
      if (error) return;
      this.#waiting.delete(measuredAtMs);
      this.acknowledged.add(measuredAtMs);
    });
  }

  #topic(leaf: string): string {
    return `vitals/v1/${REGION}/${this.deviceId}/${leaf}`;
  }

  #status(state: 'born' | 'dead'): Buffer {
    return Buffer.from(
      encodeDeviceStatus({
        deviceId: this.deviceId,
        patientId: this.patientId,
        region: REGION,
        bootId: 1,
        state,
        deviceTimeMs: Date.now(),
        model: 'M1',
        firmware: '1',
        batteryPercent: undefined,
      }),
    );
  }
}
