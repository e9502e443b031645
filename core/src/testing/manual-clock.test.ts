import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';

describe('the manual clock', () => {
  it('runs timers in the order they fall due, then in the order they were set', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    clock.after(20, () => ran.push('b'));
    clock.after(10, () => ran.push('a'));
    clock.after(20, () => ran.push('c'));
    clock.every(15, () => ran.push(`tick ${clock.monotonic()}`));
    await clock.advance(30);
    expect(ran).toEqual(['a', 'tick 15', 'b', 'c', 'tick 30']);
  });

  it('lets a cancelled timer and an aborted sleep go', async () => {
    const clock = new ManualClock();
    const cancel = clock.after(10, () => expect.unreachable());
    cancel();
    const stop = new AbortController();
    const slept = clock.sleep(1000, stop.signal);
    stop.abort();
    await slept;
    await clock.advance(50);
  });

  it('jumps in wall time alone', () => {
    const clock = new ManualClock(0);
    clock.jump(-5000);
    expect([clock.now(), clock.monotonic()]).toEqual([-5000, 0]);
  });
});
