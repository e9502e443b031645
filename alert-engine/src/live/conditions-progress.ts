import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';

interface Waiting {
  readonly committed: number;
  readonly sinceMs: number;
}

/**
 * Whether conditions become alerts, in this engine or another: a group that stands still before a record is stuck, whoever should move
 * it. Seen from the log alone, so that an engine that lost its partitions to a dead one notices too.
 */
export class ConditionsProgress {
  readonly #log: EventLog;
  readonly #group: string;
  readonly #clock: Clock;
  #waiting = new Map<number, Waiting>();

  constructor(log: EventLog, group: string, clock: Clock) {
    this.#log = log;
    this.#group = group;
    this.#clock = clock;
  }

  /** How long the partition that has waited longest has not moved, in ms of monotonic time; 0 where none waits. */
  stuckMs(): number {
    const nowMs = this.#clock.monotonic();
    return Math.max(0, ...[...this.#waiting.values()].map(({ sinceMs }) => nowMs - sinceMs));
  }

  async look(): Promise<void> {
    const topic = TOPICS.conditions.name;
    const [bounds, committed] = await Promise.all([
      this.#log.bounds(topic),
      this.#log.committed(this.#group, topic),
    ]);
    const waiting = new Map<number, Waiting>();
    for (const { partition, first, next } of bounds) {
      const at = Math.max(first, committed.get(partition) ?? first);
      if (at >= next || !(await this.#hasRecord(partition, at))) continue;
      const before = this.#waiting.get(partition);
      waiting.set(
        partition,
        before?.committed === at ? before : { committed: at, sinceMs: this.#clock.monotonic() },
      );
    }
    this.#waiting = waiting;
  }

  /** Offsets have holes: the end of the log may lie beyond the last record. */
  async #hasRecord(partition: number, offset: number): Promise<boolean> {
    return (await this.#log.read({ topic: TOPICS.conditions.name, partition, offset }, 1)).length > 0;
  }
}
