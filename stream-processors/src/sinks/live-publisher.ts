import type { LiveBus, LiveVitals, Pulse } from '@vitalwire/core/ports/live-bus.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { AlertingMetrics } from '../metrics.ts';

/** The way to the screens: newest wins, nobody waits. */
export interface LivePublisher {
  /** Takes the updates and returns; an update that was not sent yet is replaced by a newer one of its patient. */
  offer(updates: readonly LiveVitals[]): void;
  /** Sends the pulse unless the one before is still on its way. */
  pulse(pulse: Pulse): void;
  /** Resolves when what was offered is sent, or could not be. */
  stop(): Promise<void>;
}

/** Least time between two publishes: each costs the bus and every engine that listens, and no eye sees the difference. */
const PUBLISH_EVERY_MS = 20;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** One publish is under way at a time, and what comes meanwhile is conflated: memory is bounded by the number of patients. */
export function createLivePublisher(bus: LiveBus, clock: Clock, metrics: AlertingMetrics): LivePublisher {
  let waiting = new Map<string, LiveVitals>();
  const pulsing = new Set<number>();
  const stopped = new AbortController();
  let running: Promise<void> | undefined;
  let publishedAtMs = Number.NEGATIVE_INFINITY;

  function offer(updates: readonly LiveVitals[]): void {
    for (const update of updates) {
      // Rolling aggregates travel seldom: one that was not sent yet goes with the update that replaces its own.
      const unsent = update.rolling === undefined ? waiting.get(update.patientId)?.rolling : undefined;
      waiting.set(update.patientId, unsent === undefined ? update : { ...update, rolling: unsent });
    }
    if (waiting.size > 0) running ??= drain();
  }

  async function drain(): Promise<void> {
    while (waiting.size > 0) {
      const earlyMs = publishedAtMs + PUBLISH_EVERY_MS - clock.monotonic();
      // At its end the publisher sends what it has.
      if (earlyMs > 0) await clock.sleep(earlyMs, stopped.signal);
      publishedAtMs = clock.monotonic();
      const updates = [...waiting.values()];
      // Another map: one that is filled and cleared again and again keeps its old tables, and all that was in them, until a full collection.
      waiting = new Map();
      try {
        await bus.publishVitals(updates);
      } catch {
        metrics.liveFailures.inc();
        for (const update of updates)
          if (!waiting.has(update.patientId)) waiting.set(update.patientId, update);
        if (stopped.signal.aborted) break;
        await clock.sleep(PAUSE_AFTER_FAILURE_MS, stopped.signal);
      }
    }
    running = undefined;
  }

  function pulse(pulse: Pulse): void {
    if (pulsing.has(pulse.partition)) return;
    pulsing.add(pulse.partition);
    bus
      .publishPulse(pulse)
      .catch(() => metrics.liveFailures.inc())
      .finally(() => pulsing.delete(pulse.partition));
  }

  return {
    offer,
    pulse,
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
