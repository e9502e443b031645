import { expect, it } from 'vitest';
import { Gate } from './gate.ts';

const never = new AbortController().signal;

it('lets so many in, the next when one leaves, and forgets those who give up', async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(never);
  const impatient = new AbortController();
  const givenUp = gate.enter(impatient.signal);
  let inside = false;
  const second = gate.enter(never).then((leave) => ((inside = true), leave));
  impatient.abort();
  await expect(givenUp).rejects.toThrow('no longer wanted');
  expect(inside).toBe(false);
  leave();
  leave();
  const leaveSecond = await second;
  let third = false;
  const waiting = gate.enter(never).then(() => (third = true));
  await Promise.resolve();
  expect(third).toBe(false);
  leaveSecond();
  await waiting;
  await expect(gate.enter(AbortSignal.abort())).rejects.toThrow();
});
