import type { Ticket } from './ticket.ts';

/** Places that are moved up together, and that an empty list keeps. */
const ROOM_KEPT = 1024;

/**
 * The publishes of one connection in the order of arrival; answers are released from the head on, and only past what has been
 * answered, whichever topic each went to (after atproto's consecutive list).
 */
export class AckList<T extends Ticket> {
  #tickets: (T | undefined)[] = [];
  #head = 0;
  #end = 0;

  get size(): number {
    return this.#end - this.#head;
  }

  push(ticket: T): void {
    this.#tickets[this.#end++] = ticket;
  }

  /** The ticket at the head, taken out, where it is settled. */
  takeSettled(): T | undefined {
    const ticket = this.#tickets[this.#head];
    if (ticket === undefined || ticket.outcome === 'waiting') return undefined;
    this.#tickets[this.#head++] = undefined;
    // A device that sends one at a time has its one place, over and over.
    if (this.#head < this.#end && this.#head < ROOM_KEPT) return ticket;
    if (this.#tickets.length > ROOM_KEPT) this.#tickets = this.#tickets.slice(this.#head, this.#end);
    this.#end -= this.#head;
    this.#head = 0;
    return ticket;
  }
}
