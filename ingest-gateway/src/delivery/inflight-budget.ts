/** What the budget needs of a connection. */
export interface Throttled {
  inflightBytes: number;
  /** Over its own mark, until half of it is free. */
  throttled: boolean;
  /** Does not read its acknowledgements. */
  held: boolean;
  resume(): void;
}

export interface InflightBounds {
  readonly maxInflightBytes: number;
  readonly maxConnectionInflightBytes: number;
}

/**
 * Bytes accepted from devices and not yet acknowledged, in all and a connection. At the high mark reading stops, at half of it reading
 * goes on: a slow log slows the devices down through TCP, and memory stays bounded.
 */
export class InflightBudget {
  readonly #bounds: InflightBounds;
  #bytes = 0;
  #full = false;
  #closed = false;
  /** Connections over their own mark. */
  #throttled = 0;
  /** Connections that wanted to read and had to wait. */
  readonly #waiting = new Set<Throttled>();
  #resuming = false;

  constructor(bounds: InflightBounds) {
    this.#bounds = bounds;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Connections that are over their own mark. */
  get throttledConnections(): number {
    return this.#throttled;
  }

  /** All connections wait. */
  get full(): boolean {
    return this.#full;
  }

  /** Whether another device may come in. */
  get admits(): boolean {
    return !this.#full && !this.#closed;
  }

  mayRead(connection: Throttled): boolean {
    if (!this.#full && !connection.throttled && !connection.held && !this.#closed) return true;
    this.#waiting.add(connection);
    return false;
  }

  take(connection: Throttled | undefined, bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes >= this.#bounds.maxInflightBytes) this.#full = true;
    if (connection === undefined) return;
    connection.inflightBytes += bytes;
    if (connection.throttled || connection.inflightBytes < this.#bounds.maxConnectionInflightBytes) return;
    connection.throttled = true;
    this.#throttled++;
  }

  giveBack(connection: Throttled | undefined, bytes: number): void {
    this.#bytes -= bytes;
    if (this.#full && this.#bytes <= this.#bounds.maxInflightBytes / 2) this.#full = false;
    if (connection !== undefined) {
      connection.inflightBytes -= bytes;
      if (connection.throttled && connection.inflightBytes <= this.#bounds.maxConnectionInflightBytes / 2) {
        connection.throttled = false;
        this.#throttled--;
      }
    }
    if (this.#waiting.size > 0 && !this.#full) this.#resumeSoon();
  }

  /** Reading one connection stops, or may go on, for a reason that is not the budget's. */
  hold(connection: Throttled, isHeld: boolean): void {
    connection.held = isHeld;
    if (!isHeld && this.#waiting.size > 0 && !this.#full) this.#resumeSoon();
  }

  /** The connection is gone. */
  forget(connection: Throttled): void {
    this.#waiting.delete(connection);
    if (connection.throttled) this.#throttled--;
    connection.throttled = false;
  }

  /** From now on nothing is read: the gateway stops. */
  close(): void {
    this.#closed = true;
  }

  /** Not at once: the caller is in the midst of handing out acknowledgements, and resuming parses new messages. */
  #resumeSoon(): void {
    if (this.#resuming || this.#closed) return;
    this.#resuming = true;
    setImmediate(() => {
      this.#resuming = false;
      for (const connection of this.#waiting) {
        if (this.#full || this.#closed) return;
        if (connection.throttled || connection.held) continue;
        this.#waiting.delete(connection);
        connection.resume();
      }
    });
  }
}
