import type { Service } from '@vitalwire/core/runtime/service.ts';

export interface Startable extends Service {
  readonly failed: Promise<never>;
}

/**
 * A service that starts once `first` has resolved; `first` never rejects. What keeps it from starting comes out at `failed`. Stopped before, it
 * never starts.
 */
export function startAfter(name: string, first: Promise<void>, start: () => Promise<Startable>): Startable {
  const failure = Promise.withResolvers<never>();
  // Whoever started it watches it; one nobody watches must not end the process by itself.
  failure.promise.catch(() => {});
  let stopping = false;
  const stopped = Promise.withResolvers<void>();
  const started = Promise.race([first, stopped.promise])
    .then(() => (stopping ? undefined : start()))
    .catch((error: unknown) => {
      failure.reject(error);
      return undefined;
    });
  void started.then((service) => service?.failed.catch((error: unknown) => failure.reject(error)));
  return {
    name,
    failed: failure.promise,
    async stop() {
      stopping = true;
      stopped.resolve();
      await (await started)?.stop();
    },
  };
}
