import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import type { World } from './world.ts';

/** Never settles: what a dead process waits for. */
const nothing = <T>(): Promise<T> => new Promise<T>(() => {});

/**
 * One life of one component. Whatever it does outside its own memory goes through `call`, where it may be slow, fail, or be the last
 * thing the process did. Dead, it has no effect any more: its calls never answer and its timers never run.
 */
export class Process {
  readonly name: string;
  readonly clock: Clock;
  readonly died: Promise<void>;
  dead = false;
  readonly #world: World;
  readonly #timers = new Set<Cancel>();
  #die: () => void = () => {};

  constructor(name: string, world: World) {
    this.name = name;
    this.#world = world;
    this.died = new Promise((resolve) => (this.#die = resolve));
    this.clock = mortalClock(world.clock, this.#timers, () => this.dead);
  }

  /** Everything in memory is gone; the ports keep what had reached them. */
  crash(why: string): void {
    if (this.dead) return;
    this.#world.story.tell(this.name, () => `dies: ${why}`);
    this.#world.crashed();
    this.dead = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#die();
  }

  /** `fails`: the port's contract lets the call answer with `unavailable`. */
  async call<T>(what: string, fails: boolean, effect: () => Promise<T>): Promise<T> {
    if (this.dead) return nothing();
    const hangsMs = what.startsWith('log.') ? this.#world.faults.logHangsUntilMs - this.clock.now() : 0;
    if (hangsMs > 0) await this.clock.sleep(hangsMs);
    if (this.dead) return nothing();
    const fault = this.#world.faults.ofCall(fails);
    if (fault.beforeMs > 0) await this.clock.sleep(fault.beforeMs);
    if (this.dead) return nothing();
    if (fault.kind === 'crash_before') {
      this.crash(`before ${what}`);
      return nothing();
    }
    if (fault.kind === 'refused') throw unavailable(what);
    const result = await effect();
    if (this.dead) return nothing();
    if (fault.kind === 'crash_after') {
      this.crash(`after ${what}`);
      return nothing();
    }
    if (fault.afterMs > 0) await this.clock.sleep(fault.afterMs);
    if (this.dead) return nothing();
    if (fault.kind === 'unknown') throw unavailable(what);
    return result;
  }

  /** A port as this process has it; `exempt` are methods that take callbacks or tell nothing to anyone. */
  wrap<T extends object>(port: T, name: string, exempt: readonly (keyof T & string)[] = []): T {
    return new Proxy(port, {
      get: (target, key, receiver) => {
        const member: unknown = Reflect.get(target, key, receiver);
        if (typeof member !== 'function' || typeof key !== 'string') return member;
        if ((exempt as readonly string[]).includes(key)) return member.bind(target) as unknown;
        return (...args: unknown[]) =>
          this.call(`${name}.${key}`, true, async () => Reflect.apply(member, target, args) as unknown);
      },
    });
  }
}

const unavailable = (what: string): VitalwireError =>
  new VitalwireError('unavailable', `${what} did not answer`, { retriable: true });

function mortalClock(clock: Clock, timers: Set<Cancel>, dead: () => boolean): Clock {
  const mortal = (set: (done: () => void) => Cancel): Cancel => {
    if (dead()) return () => {};
    const cancel = set(() => timers.delete(cancelled));
    const cancelled = (): void => {
      cancel();
      timers.delete(cancelled);
    };
    timers.add(cancelled);
    return cancelled;
  };
  const after = (delayMs: number, task: () => void): Cancel =>
    mortal((done) => clock.after(delayMs, () => (done(), task())));
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after,
    every: (periodMs, task) => mortal(() => clock.every(periodMs, task)),
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const cancel = after(delayMs, () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        });
        const abort = (): void => {
          cancel();
          resolve();
        };
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };
}
