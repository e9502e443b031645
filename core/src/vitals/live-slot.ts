import type { LiveScore, LiveVitals } from '../ports/live-bus.ts';

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/**
 * A patient's newest vitals, each update written over the one before. Kept as it came, an update lives until the next one a second later:
 * long enough for V8 to move it to where only a full collection finds it, and those of ten thousand patients call for one every half minute.
 */
export class LiveSlot {
  readonly #live: Writable<LiveVitals>;
  readonly #vitals: number[];
  readonly #score: Writable<LiveScore> = { score: 0, level: 'low', partial: false };

  constructor(live: LiveVitals) {
    const { patientId, region, deviceId, mode, measuredAtMs, pending } = live;
    this.#vitals = live.vitals.slice();
    this.#live = {
      patientId,
      region,
      deviceId,
      mode,
      measuredAtMs,
      vitals: this.#vitals,
      pending,
      rolling: undefined,
      score: undefined,
      scoreExclusion: undefined,
    };
    this.write(live);
  }

  /** As of now: the next update is written over it. */
  get live(): LiveVitals {
    return this.#live;
  }

  /** Of its own, which no update changes. */
  copy(): LiveVitals {
    const { score } = this.#live;
    return { ...this.#live, vitals: this.#vitals.slice(), score: score && { ...score } };
  }

  /** `live`: the same patient's. Of what says the same as before, nothing new is held on to. */
  write(live: LiveVitals): void {
    const kept = this.#live;
    if (kept.region !== live.region) kept.region = live.region;
    if (kept.deviceId !== live.deviceId) kept.deviceId = live.deviceId;
    if (kept.scoreExclusion !== live.scoreExclusion) kept.scoreExclusion = live.scoreExclusion;
    kept.mode = live.mode;
    kept.measuredAtMs = live.measuredAtMs;
    kept.pending = live.pending;
    kept.rolling = live.rolling;
    kept.score = live.score && Object.assign(this.#score, live.score);
    for (let at = 0; at < this.#vitals.length; at++) this.#vitals[at] = live.vitals[at]!;
  }
}
