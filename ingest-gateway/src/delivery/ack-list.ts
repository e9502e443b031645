import type { Ticket } from './ticket.ts';

/**
 * The publishes of one connection in the order of arrival; answers are released from the head on, and only past what has been
 * answered, whichever topic each went to (after atproto's consecutive list).
 */
export class AckList {
  #tickets: (Ticket | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#tickets.length - this.#head;
  }

  push(ticket: Ticket): void {
    this.#tickets.push(ticket);
  }

  /** Takes the settled tickets at the head, in order, and hands each to `release`. */
  releaseSettled(release: (ticket: Ticket) => void): void {
    for (;;) {
      const ticket = this.#tickets[this.#head];
      if (ticket === undefined || ticket.outcome === 'waiting') break;
      this.#tickets[this.#head++] = undefined;
      release(ticket);
    }
    if (this.#head === this.#tickets.length) {
      this.#tickets.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#tickets = this.#tickets.slice(this.#head);
      this.#head = 0;
    }
  }
}
