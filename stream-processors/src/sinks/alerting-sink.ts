import { encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { AlertingMetrics } from '../metrics.ts';
import type { AlertingOutputs } from '../pipelines/alerting.ts';
import type { Attempt } from '../runtime/attempt.ts';
import type { Sink } from '../runtime/topology.ts';
import type { LivePublisher } from './live-publisher.ts';

/** Conditions to the log, and only then the screens: the live bus may be away, what it would have shown is replaced by what comes next. */
export function alertingSink(deps: {
  readonly log: EventLog;
  readonly live: LivePublisher;
  readonly clock: Clock;
  readonly attempt: Attempt;
  readonly metrics: AlertingMetrics;
}): Sink<AlertingOutputs> {
  const { log, live, clock, attempt, metrics } = deps;
  return {
    async store(outputs) {
      if (outputs.conditions.length > 0) {
        const timestampMs = clock.now();
        const records = outputs.conditions.map((event) => ({
          topic: TOPICS.conditions.name,
          key: event.patientId,
          value: encodeCondition(event),
          headers: {},
          timestampMs,
        }));
        await attempt('conditions', () => log.append(records));
        for (const { event, priority } of outputs.conditions) metrics.conditions.inc({ event, priority });
      }
      live.offer(outputs.live);
    },
  };
}
