import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Device } from './admission/device-topics.ts';
import { AckList } from './delivery/ack-list.ts';
import type { InflightBudget, Throttled } from './delivery/inflight-budget.ts';
import type { Pubacks } from './delivery/pubacks.ts';
import type { Ticket } from './delivery/ticket.ts';
import type { FramedStream } from './framing/framed-stream.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { DeviceState } from './presence/device-state.ts';

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
}

export interface ConnectionDeps {
  readonly budget: InflightBudget;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
}

/** What Aedes calls back with: nothing to acknowledge, an error to close the connection, which is the only "no" of MQTT 3.1.1. */
export type Answer = (error?: Error | null) => void;

/** How a message is answered: through Aedes, or by a PUBACK for its id where it came past Aedes. */
export type Reply = Answer | number;

/** One socket, from accept to close. */
export class Connection implements Throttled {
  readonly stream: Duplex;
  /** Set right after construction: the stream's events need the connection. */
  framed!: FramedStream;
  pubacks!: Pubacks;
  inflightBytes = 0;
  throttled = false;
  held = false;
  cancelDrainTimeout: Cancel | undefined;
  /** Undefined until the device is authenticated. */
  session: Session | undefined;
  will: Will | undefined;

  constructor(stream: Duplex) {
    this.stream = stream;
  }

  resume(): void {
    this.framed.resume();
  }
}

/** An authenticated device on its connection: hands its messages to the log and answers them in the order they came. */
export class Session {
  readonly connection: Connection;
  readonly client: Client;
  readonly device: Device;
  readonly lane: number;
  presence: DeviceState | undefined;
  closed = false;
  readonly #acks = new AckList<PublishTicket>();
  readonly #deps: ConnectionDeps;

  constructor(connection: Connection, client: Client, device: Device, lane: number, deps: ConnectionDeps) {
    this.connection = connection;
    this.client = client;
    this.device = device;
    this.lane = lane;
    this.#deps = deps;
  }

  /** Takes a message's place in the order of answers and its bytes in the budget. */
  enlist(records: readonly NewRecord[], bytes: number, reply: Reply, closeAfter: boolean): PublishTicket {
    const ticket = new PublishTicket(this, records, bytes, reply, this.#deps.clock.monotonic(), closeAfter);
    this.#acks.push(ticket);
    this.#deps.budget.take(this.connection, bytes);
    return ticket;
  }

  /** Answers what is settled at the head. After the first failure nothing more is acknowledged: the device sends it again. */
  release(): void {
    let ticket = this.#acks.takeSettled();
    if (ticket === undefined) return;
    const nowMs = this.#deps.clock.monotonic();
    for (; ticket !== undefined; ticket = this.#acks.takeSettled()) this.#answer(ticket, nowMs);
  }

  #answer(ticket: PublishTicket, nowMs: number): void {
    this.#deps.budget.giveBack(this.connection, ticket.bytes);
    if (this.closed) return;
    if (ticket.outcome === 'failed') {
      this.closed = true;
      this.#deps.metrics.refused('log_refused');
      this.#refuse(ticket.reply);
      return;
    }
    this.#deps.metrics.acknowledged((nowMs - ticket.arrivedAtMs) / 1000);
    this.#acknowledge(ticket.reply);
    if (ticket.closeAfter) {
      this.closed = true;
      // The acknowledgement is written on the next tick.
      setImmediate(() => this.connection.stream.destroy());
    }
  }

  #acknowledge(reply: Reply): void {
    const { pubacks } = this.connection;
    if (typeof reply === 'number') return pubacks.add(reply);
    // Aedes writes at once: what was acknowledged before it goes first.
    pubacks.write();
    reply();
  }

  #refuse(reply: Reply): void {
    if (typeof reply === 'number') this.connection.stream.destroy();
    else reply(new Error('the event log does not take the message'));
  }
}

class PublishTicket implements Ticket {
  readonly records: readonly NewRecord[];
  readonly bytes: number;
  readonly reply: Reply;
  readonly arrivedAtMs: number;
  readonly closeAfter: boolean;
  outcome: Ticket['outcome'] = 'waiting';
  error: unknown = undefined;
  readonly #session: Session;

  constructor(
    session: Session,
    records: readonly NewRecord[],
    bytes: number,
    reply: Reply,
    arrivedAtMs: number,
    closeAfter: boolean,
  ) {
    this.#session = session;
    this.records = records;
    this.bytes = bytes;
    this.reply = reply;
    this.arrivedAtMs = arrivedAtMs;
    this.closeAfter = closeAfter;
  }

  settled(): void {
    this.#session.release();
  }
}
