import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';

/** What happened, line by line: time, who, what. Silent unless somebody listens, for a line a message costs more than the message. */
export class Story {
  readonly #clock: Clock;
  readonly #tell: ((line: string) => void) | undefined;

  constructor(clock: Clock, tell: ((line: string) => void) | undefined) {
    this.#clock = clock;
    this.#tell = tell;
  }

  tell(who: string, what: () => string): void {
    this.#tell?.(`${toIso(this.#clock.now()).slice(11, 23)}  ${who.padEnd(16)}  ${what()}`);
  }
}
