/** A batch whose newest record arrived so long ago is of a backlog: more is waiting behind it. */
const BACKLOG_MS = 1_000;
/** What comes out of a backlog is shown so often: more would be replaced before anybody saw it. */
const SHOWN_EVERY_MS = 250;

/** When a task shows what is there to be looked at: after every batch that is up to date, and now and then while it catches up. */
export class ShowPace {
  #shownAtMs = Number.NEGATIVE_INFINITY;

  /** `ageMs`: since the arrival of the batch's newest record. `nowMs` is monotonic. */
  mayWait(ageMs: number, nowMs: number): boolean {
    return ageMs >= BACKLOG_MS && nowMs - this.#shownAtMs < SHOWN_EVERY_MS;
  }

  shown(nowMs: number): void {
    this.#shownAtMs = nowMs;
  }
}
