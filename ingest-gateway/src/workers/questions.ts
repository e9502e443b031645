import { readiness, type Dependency, type Readiness } from '@vitalwire/core/runtime/health.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Registry } from '@vitalwire/core/runtime/metrics.ts';

/** What the process that started a worker asks it. */
export interface Question {
  readonly question: keyof Answers;
  readonly id: number;
}

export interface Answers {
  /** As the registry tells them. */
  readonly metrics: Awaited<ReturnType<Registry['getMetricsAsJSON']>>;
  readonly readiness: Readiness;
}

export interface Answer {
  readonly answerTo: number;
  readonly value: Answers[keyof Answers];
}

export interface AnsweringParts {
  readonly dependencies: readonly Dependency[];
  readonly registry: Registry;
  readonly clock: Clock;
}

/** From now on this worker answers. An answer that cannot be given is left out: who asked does not wait for ever. */
export function answerQuestions({ dependencies, registry, clock }: AnsweringParts): void {
  const answers = {
    metrics: () => registry.getMetricsAsJSON(),
    readiness: () => readiness(dependencies, clock),
  };
  process.on('message', (message: Question) => {
    if (!(message.question in answers)) return;
    answers[message.question]().then(
      (value) => {
        if (process.connected) process.send?.({ answerTo: message.id, value } satisfies Answer);
      },
      () => undefined,
    );
  });
}
