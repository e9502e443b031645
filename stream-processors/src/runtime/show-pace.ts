/** A batch whose newest record arrived so long ago is of a backlog: more is waiting behind it. */
const BACKLOG_MS = 1_000;

/** When a task shows what is there to be looked at: after every batch that is up to date, and now and then while it catches up. */
export class ShowPace {
  readonly #everyMs: number;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  /** `everyMs`: what comes out of a backlog is shown so often; more would be replaced before anybody saw it. */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** `ageMs`: since the arrival of the newest record there is. `nowMs` is monotonic. */
  mayWait(ageMs: number, nowMs: number): boolean {
    return ageMs >= BACKLOG_MS && nowMs - this.#shownAtMs < this.#everyMs;
  }

  shown(nowMs: number): void {
    this.#shownAtMs = nowMs;
  }
}
