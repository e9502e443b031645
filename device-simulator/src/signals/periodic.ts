/** When an intermittent measurement is due: once at `firstS`, then every `periodS` on a grid of its own (`phaseS`). */
export class Periodic {
  readonly #periodS: number;
  readonly #phaseS: number;
  #nextS: number;

  constructor(firstS: number, periodS: number, phaseS: number) {
    this.#periodS = periodS;
    this.#phaseS = phaseS;
    this.#nextS = firstS;
  }

  isDue(atS: number): boolean {
    if (atS < this.#nextS) return false;
    this.#nextS = (Math.floor((atS - this.#phaseS) / this.#periodS) + 1) * this.#periodS + this.#phaseS;
    return true;
  }
}
