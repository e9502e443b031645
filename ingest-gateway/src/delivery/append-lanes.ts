import type { EventLog, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError, messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry, type RetryOptions } from '@vitalwire/core/runtime/retry.ts';
import { partitionOf } from '@vitalwire/core/runtime/topics.ts';
import type { Ticket } from './ticket.ts';

export interface LaneBounds {
  readonly appendLanes: number;
  readonly maxAppendRecords: number;
  /** Appends begin at most this often, together; a message that finds the lanes at rest goes at once. */
  readonly appendEveryMs: number;
  readonly retryFirstPauseMs: number;
  readonly retryMaxPauseMs: number;
}

export interface LaneDeps {
  readonly log: Pick<EventLog, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly retried: () => void;
}

/**
 * The way to the log. A device always takes the same lane, and a lane has one append under way at a time, which takes everything that
 * came meanwhile: so a device's order holds through retries, a message costs no promise of its own, and batches grow with the load.
 * A log that is quick to become durable would let none grow, and then every message pays for a transaction of its own: lanes begin their
 * appends together, and no more often than `appendEveryMs`.
 * While the log is away a lane goes on trying; what waits in it is bounded by the in-flight budget.
 */
export class AppendLanes {
  readonly #lanes: readonly Lane[];
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #ended = new AbortController();
  #dirty: Lane[] = [];
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  #idle: (() => void) | undefined;

  constructor(bounds: LaneBounds, deps: LaneDeps) {
    this.#clock = deps.clock;
    this.#everyMs = bounds.appendEveryMs;
    const events: LaneEvents = {
      wantsStart: (lane) => this.#startSoon(lane),
      becameIdle: () => this.#laneIdle(),
    };
    this.#lanes = Array.from(
      { length: bounds.appendLanes },
      () => new Lane(bounds, deps, this.#ended.signal, events),
    );
  }

  /** Which lane a device takes; ask once a connection. */
  laneOf(deviceId: string): number {
    return partitionOf(deviceId, this.#lanes.length);
  }

  submit(lane: number, ticket: Ticket): void {
    (this.#lanes[lane] as Lane).push(ticket);
  }

  /** Resolves when nothing is waiting. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = resolve;
      this.#laneIdle();
    });
  }

  /** Gives up what is waiting: it is never acknowledged. */
  end(): void {
    this.#ended.abort();
  }

  #startSoon(lane: Lane): void {
    if (this.#dirty.push(lane) > 1) return;
    const waitMs = this.#flushedAtMs + this.#everyMs - this.#clock.monotonic();
    if (waitMs > 0) this.#clock.after(waitMs, () => this.#flush());
    // When the event loop has been round all sockets that have something to say: batches come by themselves.
    else setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushedAtMs = this.#clock.monotonic();
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const lane of dirty) lane.start();
  }

  #laneIdle(): void {
    if (this.#idle && this.#lanes.every((lane) => lane.empty)) this.#idle();
  }
}

interface LaneEvents {
  /** Messages wait, and nothing is under way. */
  readonly wantsStart: (lane: Lane) => void;
  readonly becameIdle: () => void;
}

class Lane {
  readonly #bounds: LaneBounds;
  readonly #deps: LaneDeps;
  readonly #signal: AbortSignal;
  readonly #retry: RetryOptions;
  readonly #events: LaneEvents;
  #waiting: Ticket[] = [];
  #busy = false;
  #starting = false;

  constructor(bounds: LaneBounds, deps: LaneDeps, signal: AbortSignal, events: LaneEvents) {
    this.#bounds = bounds;
    this.#deps = deps;
    this.#signal = signal;
    this.#retry = {
      clock: deps.clock,
      signal,
      random: deps.random,
      firstPauseMs: bounds.retryFirstPauseMs,
      maxPauseMs: bounds.retryMaxPauseMs,
      onRetry: (error, attempt, pauseMs) => {
        deps.retried();
        deps.logger.warn(
          { reason: messageOf(error), attempt, pause_ms: Math.round(pauseMs) },
          'the event log is away; devices wait',
        );
      },
    };
    this.#events = events;
  }

  get empty(): boolean {
    return !this.#busy && this.#waiting.length === 0;
  }

  push(ticket: Ticket): void {
    this.#waiting.push(ticket);
    if (!this.#busy && !this.#starting) this.#wantStart();
  }

  start(): void {
    this.#starting = false;
    void this.#run();
  }

  #wantStart(): void {
    this.#starting = true;
    this.#events.wantsStart(this);
  }

  async #run(): Promise<void> {
    this.#busy = true;
    let full = true;
    while (full && this.#waiting.length > 0) {
      const tickets = this.#takeBatch();
      // What a full append left behind has waited already.
      full = this.#waiting.length > 0;
      const records = recordsOf(tickets);
      const failure = await this.#append(records);
      if (failure === undefined) settle(tickets, 'durable', undefined);
      else if (tickets.length > 1 && isRejection(failure.error)) await this.#appendOneByOne(tickets);
      else this.#fail(tickets, failure.error);
    }
    this.#busy = false;
    if (this.#waiting.length > 0) this.#wantStart();
    else this.#events.becameIdle();
  }

  #takeBatch(): Ticket[] {
    const waiting = this.#waiting;
    let records = 0;
    let count = 0;
    for (const ticket of waiting) {
      if (count > 0 && records + ticket.records.length > this.#bounds.maxAppendRecords) break;
      records += ticket.records.length;
      count++;
    }
    if (count === waiting.length) {
      this.#waiting = [];
      return waiting;
    }
    return waiting.splice(0, count);
  }

  /** One message that the log refuses must not cost the others of its batch their acknowledgement. */
  async #appendOneByOne(tickets: readonly Ticket[]): Promise<void> {
    for (const ticket of tickets) {
      const failure = await this.#append(ticket.records);
      if (failure === undefined) settle([ticket], 'durable', undefined);
      else this.#fail([ticket], failure.error);
    }
  }

  #fail(tickets: readonly Ticket[], error: unknown): void {
    if (!this.#signal.aborted) {
      this.#deps.logger.error({ err: error, messages: tickets.length }, 'the event log refused messages');
    }
    settle(tickets, 'failed', error);
  }

  async #append(records: readonly NewRecord[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      await retry(() => this.#deps.log.append(records), this.#retry);
      return undefined;
    } catch (error) {
      return { error };
    }
  }
}

function recordsOf(tickets: readonly Ticket[]): readonly NewRecord[] {
  if (tickets.length === 1) return (tickets[0] as Ticket).records;
  const all: NewRecord[] = [];
  for (const { records } of tickets) for (const record of records) all.push(record);
  return all;
}

const isRejection = (error: unknown): boolean => error instanceof VitalwireError && error.code === 'rejected';

function settle(tickets: readonly Ticket[], outcome: 'durable' | 'failed', error: unknown): void {
  for (const ticket of tickets) {
    ticket.outcome = outcome;
    ticket.error = error;
  }
  // A session answers all that is settled at its head at once.
  for (const ticket of tickets) ticket.settled();
}
