import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';

/** The port, but for the calls during which its engine is away: those do nothing, and say so. */
export function awayWhile<Port extends object>(
  port: Port,
  isAway: (method: string, given: readonly unknown[]) => boolean,
): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      return (...given: unknown[]): unknown =>
        isAway(name, given)
          ? Promise.reject(new VitalwireError('unavailable', 'away', { retriable: true }))
          : (value.apply(target, given) as unknown);
    },
  });
}
