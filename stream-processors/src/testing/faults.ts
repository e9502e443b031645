/** What becomes of one call to a port: `before` it takes effect, or `after` it did and before anybody knows, the process dies. */
export type Fate = 'pass' | 'crash_before' | 'crash_after' | 'unavailable';

/** The process died here. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/**
 * The ports of one process that is to die: every call of any port asks `fate`, by its number. Once dead, no call has an effect any more.
 */
export class Process {
  dead = false;
  calls = 0;
  readonly #fate: (call: number, name: string) => Fate;
  readonly #unavailable: () => Error;

  constructor(fate: (call: number, name: string) => Fate, unavailable: () => Error) {
    this.#fate = fate;
    this.#unavailable = unavailable;
  }

  wrap<T extends object>(port: T, exempt: readonly string[] = []): T {
    return new Proxy(port, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function' || typeof name !== 'string' || exempt.includes(name)) return member;
        return async (...args: unknown[]) => {
          if (this.dead) throw new Crash();
          const fate = this.#fate(++this.calls, name);
          if (fate === 'unavailable') throw this.#unavailable();
          if (fate === 'crash_before') return this.#die();
          const result: unknown = await Reflect.apply(member, target, args);
          return fate === 'crash_after' ? this.#die() : result;
        };
      },
    });
  }

  #die(): never {
    this.dead = true;
    throw new Crash();
  }
}
