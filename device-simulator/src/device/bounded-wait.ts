import type { Clock } from '@vitalwire/core/runtime/clock.ts';

/** Resolves once `task` has settled, or after `maxMs`: whether it settled in time. The task's failure counts as settled. */
export function settledWithin(task: Promise<unknown>, maxMs: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(maxMs, () => resolve(false));
    const settled = (): void => {
      cancel();
      resolve(true);
    };
    task.then(settled, settled);
  });
}
