import { ensureTopics, type TopicSetup } from '@vitalwire/core/adapters/kafka/topic-setup.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';

const PATIENCE_MS = 30_000;

/** On a broker that has just started, a topic just made is unknown for a moment: asked again. */
export async function makeTopics(setup: TopicSetup): Promise<void> {
  await retry(() => ensureTopics(setup, createLogger('bench', 'error')), {
    clock: systemClock,
    signal: AbortSignal.timeout(PATIENCE_MS),
    random: Math.random,
    firstPauseMs: 200,
    maxPauseMs: 1_000,
    onRetry: () => undefined,
  });
}
