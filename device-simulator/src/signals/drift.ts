import type { Random } from './random.ts';

/** Beyond this many standard deviations a living body steers back. */
const SOFT_LIMIT = 3;

/**
 * A slow wander about zero (an Ornstein-Uhlenbeck process) with standard deviation 1, bent so that it stays within three of them: over a
 * day at one value a second an unbent one would take a healthy patient out of the physiological range.
 */
export class Drift {
  readonly #tauS: number;
  readonly #random: Random;
  #value: number;
  #lastS: number;
  #stepS = 0;
  #keep = 1;
  #stir = 0;

  /** `tauS`: the time in which it forgets where it was. */
  constructor(tauS: number, startS: number, random: Random) {
    this.#tauS = tauS;
    this.#lastS = startS;
    this.#random = random;
    this.#value = random.normal();
  }

  /** The value at that second, which never goes back. It may be asked for seldom: what lies between has no cost. */
  at(atS: number): number {
    // Whole milliseconds, as dues are: steps of one length are one then, and their constants are known.
    const stepS = Math.round((atS - this.#lastS) * 1_000) / 1_000;
    this.#lastS = atS;
    if (stepS !== this.#stepS) {
      this.#stepS = stepS;
      this.#keep = Math.exp(-stepS / this.#tauS);
      this.#stir = Math.sqrt(1 - this.#keep ** 2);
    }
    this.#value = this.#value * this.#keep + this.#stir * this.#random.normal();
    return SOFT_LIMIT * Math.tanh(this.#value / SOFT_LIMIT);
  }
}
