/** Lets so many in at once; the others wait their turn. */
export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves to the function that leaves again. @throws Error where `signal` ends the wait. */
  enter(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) return Promise.reject(new Error('no longer wanted'));
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(this.#leaveOnce());
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(this.#leaveOnce());
      };
      const giveUp = (): void => {
        this.#waiting.delete(admit);
        reject(new Error('no longer wanted'));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(admit);
    });
  }

  #leaveOnce(): () => void {
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const [next] = this.#waiting;
      if (next) {
        this.#waiting.delete(next);
        next();
      } else {
        this.#free++;
      }
    };
  }
}
