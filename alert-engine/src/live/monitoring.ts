import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Pulse } from '@vitalwire/core/ports/live-bus.ts';
import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ConditionsProgress } from './conditions-progress.ts';

export interface MonitoringDeps {
  readonly log: EventLog;
  readonly alerts: AlertStore;
  readonly clock: Clock;
  /** Monotonic ms of when this process last had every alert event; undefined before the first time. */
  readonly feedEmptiedAtMs: () => number | undefined;
  /** Consumer group whose progress turns conditions into alerts, in whichever engine. */
  readonly conditionsGroup: string;
  readonly vouchMs: number;
  readonly pulseLagRecordsMax: number;
}

const PROBE_MS = 1_000;

/**
 * Whether this engine can vouch for the feed: every task of the alerting pipeline has said within 5 s that it judges, and is not far
 * behind; what it finds becomes alerts; the store answers; this process has read from it. Anything unknown counts against it. Ages are by
 * this process's monotonic clock, from when it heard, so nobody's wrong clock vouches for anything.
 */
export class Monitoring {
  readonly #deps: MonitoringDeps;
  readonly #pulses = new Map<number, { readonly heardAtMs: number; readonly lagRecords: number }>();
  readonly #progress: ConditionsProgress;
  #partitions: number | undefined;
  #storeAnsweredAtMs: number | undefined;
  #consumerFailed = false;
  #probing = false;
  #stopProbing: Cancel | undefined;

  constructor(deps: MonitoringDeps) {
    this.#deps = deps;
    this.#progress = new ConditionsProgress(deps.log, deps.conditionsGroup, deps.clock);
  }

  start(): void {
    void this.#probe();
    this.#stopProbing = this.#deps.clock.every(PROBE_MS, () => void this.#probe());
  }

  stop(): void {
    this.#stopProbing?.();
  }

  onPulse({ partition, lagRecords }: Pulse): void {
    this.#pulses.set(partition, { heardAtMs: this.#deps.clock.monotonic(), lagRecords });
  }

  consumerFailed(): void {
    this.#consumerFailed = true;
  }

  /** Undefined: vouched for. Otherwise why not, for a person. */
  doubt(): string | undefined {
    if (this.#consumerFailed) return 'the alert engine has stopped taking in alarm conditions';
    if (!this.#isFresh(this.#storeAnsweredAtMs)) return 'the store of alerts does not answer';
    if (!this.#isFresh(this.#deps.feedEmptiedAtMs())) return 'new alerts cannot be read from the store';
    const stuckMs = this.#progress.stuckMs();
    // An offset follows its alert only when the store has it for good.
    if (stuckMs > this.#deps.vouchMs + this.#deps.alerts.settlingMs) {
      return `alarm conditions have waited for ${Math.round(stuckMs / 1000)} s to become alerts`;
    }
    return this.#doubtOfPipeline();
  }

  #doubtOfPipeline(): string | undefined {
    if (this.#partitions === undefined) return 'the event log does not answer';
    let silent = 0;
    let lagRecords = 0;
    for (let partition = 0; partition < this.#partitions; partition++) {
      const pulse = this.#pulses.get(partition);
      if (!this.#isFresh(pulse?.heardAtMs)) silent++;
      lagRecords = Math.max(lagRecords, pulse?.lagRecords ?? 0);
    }
    if (silent > 0) {
      return `${silent} of ${this.#partitions} tasks of the alerting pipeline have not reported for ${this.#deps.vouchMs / 1000} s`;
    }
    if (lagRecords > this.#deps.pulseLagRecordsMax) {
      return `the alerting pipeline is ${lagRecords} readings behind`;
    }
    return undefined;
  }

  #isFresh(atMs: number | undefined): boolean {
    return atMs !== undefined && this.#deps.clock.monotonic() - atMs <= this.#deps.vouchMs;
  }

  /** A probe that never answers is not joined by others: what it should have said goes stale, which is the answer. */
  async #probe(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    const { alerts, log, clock } = this.#deps;
    await Promise.allSettled([
      alerts.ping().then(() => (this.#storeAnsweredAtMs = clock.monotonic())),
      this.#progress.look(),
      this.#partitions === undefined
        ? log.bounds(TOPICS.readings.name).then((bounds) => (this.#partitions = bounds.length))
        : Promise.resolve(),
    ]);
    this.#probing = false;
  }
}
