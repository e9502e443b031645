import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** Something that was started and can be stopped: stop drains what was accepted, and is idempotent. */
export interface Service {
  readonly name: string;
  stop(): Promise<void>;
}

/**
 * Stops services in the order given (what lets work in first, stores last), each bounded, and goes on after a failure, so that one that
 * hangs does not cost the others their drain. Resolves to whether all stopped cleanly in time.
 */
export async function stopAll(
  services: readonly Service[],
  options: { readonly logger: Logger; readonly clock: Clock; readonly eachMs: number },
): Promise<boolean> {
  let clean = true;
  for (const service of services) {
    const late = Symbol('late');
    try {
      const outcome = await Promise.race([
        service.stop(),
        options.clock.sleep(options.eachMs).then(() => late),
      ]);
      if (outcome !== late) continue;
      options.logger.error({ service: service.name, after_ms: options.eachMs }, 'did not stop in time');
    } catch (error) {
      options.logger.error({ service: service.name, err: error }, 'failed while stopping');
    }
    clean = false;
  }
  return clean;
}
