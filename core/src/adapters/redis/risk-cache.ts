import type { ChainableCommander, Redis } from 'ioredis';
import type { LiveVitals } from '../../ports/live-bus.ts';
import { toIso } from '../../runtime/iso-time.ts';
import { riskKey } from './keys.ts';

/** A score that stays is written anew so often: it does not expire, and one that another process wrote meanwhile is put right. */
const REFRESH_MS = 30_000;

interface Written {
  /** The score as text; empty where there is none. */
  readonly score: string;
  readonly atMs: number;
}

/**
 * Keeps `cache:risk:<id>` as the early-warning score stands, for whoever reads Redis: Vitalwire itself reads it with the vitals. Vitals come
 * every second and scores change seldom: what is written already is not written again.
 */
export class RiskCache {
  readonly #redis: Redis;
  readonly #keptMs: number;
  readonly #written = new Map<string, Written>();
  #sweptAtMs = 0;

  /** `keptMs`: how long a score outlives its last update. */
  constructor(redis: Redis, keptMs: number) {
    this.#redis = redis;
    this.#keptMs = keptMs;
  }

  /** Writes the scores that changed, all of them in one transaction. After a failure the same again writes them again. */
  async write(updates: readonly LiveVitals[], nowMs: number): Promise<void> {
    this.#sweep(nowMs);
    const changed = updates.filter((live) => this.#isDue(live, nowMs));
    if (changed.length === 0) return;
    const writing = this.#redis.multi();
    for (const live of changed) this.#put(writing, live);
    // Rejects where the transaction was not carried out.
    await writing.exec();
    for (const live of changed) this.#written.set(live.patientId, { score: textOf(live), atMs: nowMs });
  }

  #isDue(live: LiveVitals, nowMs: number): boolean {
    const before = this.#written.get(live.patientId);
    return before?.score !== textOf(live) || nowMs - before.atMs >= REFRESH_MS;
  }

  #put(writing: ChainableCommander, { patientId, region, measuredAtMs, score }: LiveVitals): void {
    const key = riskKey(patientId);
    if (score === undefined) {
      writing.del(key);
      return;
    }
    const fields = {
      patient_id: patientId,
      region,
      timestamp: toIso(measuredAtMs),
      risk_score: String(score.score),
      alert_level: score.level,
      partial: String(score.partial),
    };
    writing.hset(key, fields).pexpire(key, this.#keptMs);
  }

  /** Patients of whom nothing comes any more are forgotten. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < REFRESH_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [patientId, { atMs }] of this.#written)
      if (nowMs - atMs > 2 * REFRESH_MS) this.#written.delete(patientId);
  }
}

const textOf = ({ region, score }: LiveVitals): string =>
  score ? `${region} ${score.score} ${score.level} ${score.partial}` : '';
