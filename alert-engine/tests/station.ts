import type { AlertDocument } from '@vitalwire/core/alarms/alert-codec.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { WebSocket, type ClientOptions } from 'ws';
import type { PatientDocument, VitalsEntry } from '../src/live/patient-document.ts';
import type { EngineOfEachTest } from './engine-of-each-test.ts';

export type Frame =
  | { type: 'welcome'; session: string; role: string; server_time: string }
  | { type: 'snapshot'; cursor: string; patients: PatientDocument[] }
  | { type: 'alert'; cursor: string; alert: AlertDocument & { event: string } }
  | { type: 'vitals'; at: string; patients: VitalsEntry[] }
  | { type: 'presence'; device_id: string; patient_id: string | null; state: string }
  | { type: 'left'; patient_id: string; region: string; reason: string; at: string }
  | { type: 'heartbeat'; at: string }
  | { type: 'error'; code: string; message: string };

type FrameOf<T extends Frame['type']> = Extract<Frame, { type: T }>;

/** Of a busy machine; less than a test has, so that it ends with what is missing. */
const PATIENCE_MS = 15_000;

/** A nurse station as an outside client would write it: a plain WebSocket and a list of what came. */
export class Station {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  closeCode: number | undefined;

  constructor(port: number, options: ClientOptions = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, options);
    this.socket.on('message', (data) => this.frames.push(JSON.parse((data as Buffer).toString()) as Frame));
    this.socket.on('close', (code) => (this.closeCode = code));
    this.socket.on('error', () => {});
  }

  static async greet(
    port: number,
    hello: Record<string, unknown>,
    options: ClientOptions = {},
  ): Promise<Station> {
    const station = new Station(port, options);
    await station.opened();
    station.send(JSON.stringify({ type: 'hello', ...hello }));
    return station;
  }

  /** Greets, and waits for the snapshot. */
  static async join(
    port: number,
    hello: Record<string, unknown>,
    options: ClientOptions = {},
  ): Promise<Station> {
    const station = await Station.greet(port, hello, options);
    await station.next('snapshot');
    return station;
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
  }

  send(text: string): void {
    this.socket.send(text);
  }

  of<T extends Frame['type']>(type: T): FrameOf<T>[] {
    return this.frames.filter((frame): frame is FrameOf<T> => frame.type === type);
  }

  /** The first frame of the type that fits, waiting for it. */
  next<T extends Frame['type']>(
    type: T,
    fits: (frame: FrameOf<T>) => boolean = () => true,
  ): Promise<FrameOf<T>> {
    return eventually(() => {
      const frame = this.of(type).find(fits);
      if (!frame) throw new Error(`no ${type} frame; got ${this.frames.map((f) => f.type).join(', ')}`);
      return frame;
    }, PATIENCE_MS);
  }

  closed(): Promise<number> {
    return eventually(() => {
      if (this.closeCode === undefined) throw new Error('still open');
      return this.closeCode;
    }, PATIENCE_MS);
  }

  get cursor(): string {
    const last = this.frames.findLast((frame) => frame.type === 'alert' || frame.type === 'snapshot');
    return last && 'cursor' in last ? last.cursor : '';
  }

  async leave(): Promise<void> {
    this.socket.terminate();
    await this.closed();
  }
}

/** Joins stations, with the nurse's token unless `hello` says otherwise; they are gone at the test's end. */
export const stationsOf =
  (each: EngineOfEachTest) =>
  async (hello: Record<string, unknown> = {}): Promise<Station> => {
    const joined = await Station.join(each.engine.port, { token: each.token, ...hello });
    each.atEnd(() => joined.socket.terminate());
    return joined;
  };
