import { KAFKA_DEFAULTS, openKafkaEventLog } from '@vitalwire/core/adapters/kafka/event-log.ts';
import { kafkaMetrics } from '@vitalwire/core/adapters/kafka/metrics.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';

/** The bench's own look into the log of the components that it measures; the caller closes it. */
export function openBenchLog(brokers: readonly string[]): Promise<EventLog> {
  return openKafkaEventLog(
    { brokers, clientId: 'vitalwire-bench', topics: [TOPICS.readings.name], ...KAFKA_DEFAULTS },
    {
      clock: systemClock,
      logger: createLogger('bench', 'error'),
      metrics: kafkaMetrics(createRegistry('bench')),
    },
  );
}
