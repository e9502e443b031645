/** A batch whose newest record arrived so long ago is of a backlog: more is waiting behind it. */
const BACKLOG_MS = 1_000;
/** The older what there is to be shown, the less its next second tells: a minute's backlog is shown every six seconds. */
const AGE_PART = 1 / 10;
const PAUSE_MS_MAX = 10_000;

/** When a task shows what is there to be looked at: after every batch that is up to date, and now and then while it catches up. */
export class ShowPace {
  readonly #everyMs: number;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  /** `everyMs`: what comes out of a backlog is shown no more often; more would be replaced before anybody saw it. */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** `ageMs`: since the arrival of the newest record there is. `nowMs` is monotonic. */
  mayWait(ageMs: number, nowMs: number): boolean {
    if (ageMs < BACKLOG_MS) return false;
    const pauseMs = Math.max(this.#everyMs, Math.min(ageMs * AGE_PART, PAUSE_MS_MAX));
    return nowMs - this.#shownAtMs < pauseMs;
  }

  shown(nowMs: number): void {
    this.#shownAtMs = nowMs;
  }
}
