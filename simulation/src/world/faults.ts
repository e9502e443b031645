import type { Dice } from './dice.ts';

/** How one call of a port goes. */
export interface Fault {
  /** `refused`: no effect, and an error says so; `unknown`: the effect took place, and an error hides it. */
  readonly kind: 'none' | 'refused' | 'unknown' | 'crash_before' | 'crash_after';
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Chances a call, but for outages: an engine is then away for all its callers until it is back. */
export interface FaultRates {
  readonly crash: number;
  readonly error: number;
  readonly slow: number;
  readonly slowMsMax: number;
}

const GOES_WELL: Fault = Object.freeze({ kind: 'none', beforeMs: 0, afterMs: 0 });

/** Decides for each call of a port what goes wrong with it. */
export class Faults {
  /** Until disarmed, at the end of a simulation, when everything must come right. */
  armed = true;
  /** Until then (true time) no call of the event log is answered, nor takes effect. */
  logHangsUntilMs = Number.NEGATIVE_INFINITY;
  readonly #dice: Dice;
  readonly #rates: FaultRates;

  constructor(dice: Dice, rates: FaultRates) {
    this.#dice = dice;
    this.#rates = rates;
  }

  /** `fails` says whether the port may answer with an error at all. */
  ofCall(fails: boolean): Fault {
    if (!this.armed) return GOES_WELL;
    const { crash, error, slow, slowMsMax } = this.#rates;
    const throwOf = this.#dice.next();
    if (throwOf >= crash + error + slow) return GOES_WELL;
    const [beforeMs, afterMs] = [this.#dice.integer(0, slowMsMax), this.#dice.integer(0, slowMsMax)];
    if (throwOf < crash) {
      return { kind: this.#dice.chance(0.5) ? 'crash_before' : 'crash_after', beforeMs, afterMs };
    }
    if (throwOf < crash + error && fails) {
      return { kind: this.#dice.chance(0.5) ? 'refused' : 'unknown', beforeMs, afterMs };
    }
    return { kind: 'none', beforeMs, afterMs };
  }
}
