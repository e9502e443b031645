import type { Ticket } from './ticket.ts';

/**
 * The publishes of one connection in the order of arrival; answers are released from the head on, and only past what has been
 * answered, whichever topic each went to (after atproto's consecutive list).
 */
export class AckList<T extends Ticket> {
  #tickets: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#tickets.length - this.#head;
  }

  push(ticket: T): void {
    this.#tickets.push(ticket);
  }

  /** The ticket at the head, taken out, where it is settled. */
  takeSettled(): T | undefined {
    const ticket = this.#tickets[this.#head];
    if (ticket === undefined || ticket.outcome === 'waiting') return undefined;
    this.#tickets[this.#head++] = undefined;
    if (this.#head === this.#tickets.length) {
      this.#tickets.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#tickets = this.#tickets.slice(this.#head);
      this.#head = 0;
    }
    return ticket;
  }
}
