import { encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import { encodeShare } from '@vitalwire/core/clinical/regional-share.ts';
import { encodeRiskScore } from '@vitalwire/core/clinical/risk-score-codec.ts';
import type { EventLog, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { AlertingMetrics } from '../metrics.ts';
import type { AlertingOutputs } from '../pipelines/alerting.ts';
import type { Attempt } from '../runtime/attempt.ts';
import type { Sink } from '../runtime/topology.ts';
import type { LivePublisher } from './live-publisher.ts';

/** Conditions, scores and shares to the log, and only then the screens: the live bus may be away, what it would have shown is replaced by what comes next. */
export function alertingSink(deps: {
  readonly log: EventLog;
  readonly live: LivePublisher;
  readonly clock: Clock;
  readonly attempt: Attempt;
  readonly metrics: AlertingMetrics;
}): Sink<AlertingOutputs> {
  const { log, live, clock, attempt, metrics } = deps;
  return {
    async store(outputs, partition) {
      const records = recordsOf(outputs, partition, clock.now());
      if (records.length > 0) {
        await attempt('conditions', () => log.append(records));
        for (const { event, priority } of outputs.conditions) metrics.conditions.inc({ event, priority });
      }
      live.offer(outputs.live);
    },
  };
}

function recordsOf(outputs: AlertingOutputs, partition: number, timestampMs: number): NewRecord[] {
  const record = (topic: string, key: string, value: Uint8Array): NewRecord => ({
    topic,
    key,
    value,
    headers: {},
    timestampMs,
  });
  return [
    ...outputs.conditions.map((event) =>
      record(TOPICS.conditions.name, event.patientId, encodeCondition(event)),
    ),
    ...outputs.scores.map((score) => record(TOPICS.riskScores.name, score.patientId, encodeRiskScore(score))),
    ...outputs.shares.map((share) =>
      record(TOPICS.regionalShares.name, share.region, encodeShare(share, partition)),
    ),
  ];
}
