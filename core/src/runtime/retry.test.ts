import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { VitalwireError } from './errors.ts';
import { retry } from './retry.ts';

const away = new VitalwireError('unavailable', 'away', { retriable: true });

function attempts(failures: readonly unknown[], signal = new AbortController().signal) {
  const clock = new ManualClock();
  const pauses: number[] = [];
  const left = [...failures];
  const outcome = retry(async () => (left.length > 0 ? Promise.reject(left.shift()) : 'done'), {
    clock,
    signal,
    random: () => 1,
    firstPauseMs: 100,
    maxPauseMs: 300,
    onRetry: (_error, _attempt, pauseMs) => pauses.push(pauseMs),
  });
  return { clock, pauses, outcome };
}

describe('retry', () => {
  it('goes on through retriable failures, pausing longer up to the bound', async () => {
    const { clock, pauses, outcome } = attempts([away, away, away, away]);
    await clock.advance(10_000);
    await expect(outcome).resolves.toBe('done');
    expect(pauses).toEqual([100, 200, 300, 300]);
  });

  it('stops at a failure it does not know', async () => {
    const { pauses, outcome } = attempts([new Error('bug')]);
    await expect(outcome).rejects.toThrow('bug');
    expect(pauses).toEqual([]);
  });

  it('ends with the last failure when told to stop', async () => {
    const stop = new AbortController();
    const { clock, outcome } = attempts([away, away], stop.signal);
    const ended = expect(outcome).rejects.toBe(away);
    await clock.advance(50);
    stop.abort();
    await ended;
  });
});
