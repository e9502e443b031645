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
  #stepS = 0;
  #keep = 1;
  #stir = 0;

  /** `tauS`: the time in which it forgets where it was. */
  constructor(tauS: number, random: Random) {
    this.#tauS = tauS;
    this.#random = random;
    this.#value = random.normal();
  }

  /** The value `stepS` seconds after the last one. */
  advance(stepS: number): number {
    if (stepS !== this.#stepS) {
      this.#stepS = stepS;
      this.#keep = Math.exp(-stepS / this.#tauS);
      this.#stir = Math.sqrt(1 - this.#keep ** 2);
    }
    this.#value = this.#value * this.#keep + this.#stir * this.#random.normal();
    return SOFT_LIMIT * Math.tanh(this.#value / SOFT_LIMIT);
  }
}
