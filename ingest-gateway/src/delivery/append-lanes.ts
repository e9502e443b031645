import type { EventLog, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError, messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import { partitionOf } from '@vitalwire/core/runtime/topics.ts';
import type { Ticket } from './ticket.ts';

export interface LaneBounds {
  readonly appendLanes: number;
  readonly maxAppendRecords: number;
  readonly retryFirstPauseMs: number;
  readonly retryMaxPauseMs: number;
}

export interface LaneDeps {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly retried: () => void;
}

/**
 * The way to the log. A device always takes the same lane, and a lane has one append under way at a time, which takes everything that
 * came meanwhile: so a device's order holds through retries, a message costs no promise of its own, and batches grow with the load.
 * While the log is away a lane goes on trying; what waits in it is bounded by the in-flight budget.
 */
export class AppendLanes {
  readonly #lanes: readonly Lane[];
  readonly #ended = new AbortController();
  #dirty: Lane[] = [];
  #idle: (() => void) | undefined;

  constructor(bounds: LaneBounds, deps: LaneDeps) {
    this.#lanes = Array.from(
      { length: bounds.appendLanes },
      () => new Lane(bounds, deps, this.#ended.signal, () => this.#laneIdle()),
    );
  }

  /** Which lane a device takes; ask once a connection. */
  laneOf(deviceId: string): number {
    return partitionOf(deviceId, this.#lanes.length);
  }

  submit(lane: number, ticket: Ticket): void {
    const target = this.#lanes[lane] as Lane;
    // The appends start when the event loop has been round all sockets that have something to say: batches come by themselves.
    if (target.push(ticket)) {
      if (this.#dirty.length === 0) setImmediate(() => this.#flush());
      this.#dirty.push(target);
    }
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

  #flush(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const lane of dirty) lane.start();
  }

  #laneIdle(): void {
    if (this.#idle && this.#lanes.every((lane) => lane.empty)) this.#idle();
  }
}

class Lane {
  readonly #bounds: LaneBounds;
  readonly #deps: LaneDeps;
  readonly #signal: AbortSignal;
  readonly #becameIdle: () => void;
  #waiting: Ticket[] = [];
  #busy = false;
  #starting = false;

  constructor(bounds: LaneBounds, deps: LaneDeps, signal: AbortSignal, becameIdle: () => void) {
    this.#bounds = bounds;
    this.#deps = deps;
    this.#signal = signal;
    this.#becameIdle = becameIdle;
  }

  get empty(): boolean {
    return !this.#busy && this.#waiting.length === 0;
  }

  /** Whether the lane now needs a start. */
  push(ticket: Ticket): boolean {
    this.#waiting.push(ticket);
    if (this.#busy || this.#starting) return false;
    this.#starting = true;
    return true;
  }

  start(): void {
    this.#starting = false;
    void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const tickets = this.#takeBatch();
      const records = recordsOf(tickets);
      const failure = await this.#append(records);
      if (failure === undefined) settle(tickets, 'durable', undefined);
      else if (tickets.length > 1 && isRejection(failure.error)) await this.#appendOneByOne(tickets);
      else this.#fail(tickets, failure.error);
    }
    this.#busy = false;
    this.#becameIdle();
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
      await retry(() => this.#deps.log.append(records), {
        clock: this.#deps.clock,
        signal: this.#signal,
        random: this.#deps.random,
        firstPauseMs: this.#bounds.retryFirstPauseMs,
        maxPauseMs: this.#bounds.retryMaxPauseMs,
        onRetry: (error, attempt, pauseMs) => {
          this.#deps.retried();
          this.#deps.logger.warn(
            { reason: messageOf(error), attempt, pause_ms: Math.round(pauseMs) },
            'the event log is away; devices wait',
          );
        },
      });
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
