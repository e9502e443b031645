import { messageOf, VitalwireError } from '../../runtime/errors.ts';

/** Answers of a Redis that is not able now and may be soon. */
const PASSING = /^(LOADING|MASTERDOWN|READONLY|BUSY|TRYAGAIN|CLUSTERDOWN|NOREPLICAS|OOM|MISCONF|UNBLOCKED)\b/;
export const isPassing = (reply: Error): boolean => PASSING.test(reply.message);

const REFUSED = /^(NOAUTH|WRONGPASS|NOPERM)\b/;

/** Anything ioredis threw, as the ports speak of it; what is not Redis's is returned as it is. */
export function toVitalwireError(error: unknown, doing: string): unknown {
  if (error instanceof VitalwireError || !(error instanceof Error)) return error;
  const reason = messageOf(error);
  if (error.name === 'ReplyError') {
    const passes = isPassing(error);
    const setting = REFUSED.test(reason) ? 'REDIS_URL: ' : '';
    return new VitalwireError(passes ? 'unavailable' : 'rejected', `${setting}Redis: ${doing}: ${reason}`, {
      retriable: passes,
      cause: error,
    });
  }
  if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError) return error;
  // The rest is about the connection: closed, refused, timed out, retried too often.
  return new VitalwireError('unavailable', `Redis: ${doing}: ${reason}`, { retriable: true, cause: error });
}
