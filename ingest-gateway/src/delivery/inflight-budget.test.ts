import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { InflightBudget, type Throttled } from './inflight-budget.ts';

const connection = (): Throttled & { resumed: number } => ({
  inflightBytes: 0,
  throttled: false,
  held: false,
  resumed: 0,
  resume() {
    this.resumed++;
  },
});

test('a connection stops at its mark and goes on at half of it, the others unaffected', async () => {
  const budget = new InflightBudget({ maxInflightBytes: 1_000, maxConnectionInflightBytes: 100 });
  const [busy, other] = [connection(), connection()];
  budget.take(busy, 100);
  expect([budget.mayRead(busy), budget.mayRead(other), budget.throttledConnections]).toEqual([
    false,
    true,
    1,
  ]);
  budget.giveBack(busy, 49);
  await turn();
  expect([budget.mayRead(busy), busy.resumed]).toEqual([false, 0]);
  budget.giveBack(busy, 1);
  await turn();
  expect([budget.mayRead(busy), busy.resumed, budget.throttledConnections]).toEqual([true, 1, 0]);
});

test('all stop at the mark of all and go on at half of it', async () => {
  const budget = new InflightBudget({ maxInflightBytes: 1_000, maxConnectionInflightBytes: 900 });
  const [a, b] = [connection(), connection()];
  budget.take(a, 500);
  budget.take(b, 500);
  expect([budget.full, budget.mayRead(a), budget.mayRead(b)]).toEqual([true, false, false]);
  budget.giveBack(a, 499);
  await turn();
  expect([a.resumed, b.resumed]).toEqual([0, 0]);
  budget.giveBack(b, 1);
  await turn();
  expect([a.resumed, b.resumed, budget.bytes]).toEqual([1, 1, 500]);
});

test('nothing is read once it is closed', async () => {
  const budget = new InflightBudget({ maxInflightBytes: 10, maxConnectionInflightBytes: 10 });
  const one = connection();
  budget.close();
  expect(budget.mayRead(one)).toBe(false);
  budget.giveBack(one, 0);
  await turn();
  expect(one.resumed).toBe(0);
});

test('a connection that is held for another reason is not read until it no longer is', async () => {
  const budget = new InflightBudget({ maxInflightBytes: 1_000, maxConnectionInflightBytes: 100 });
  const [held, other] = [connection(), connection()];
  budget.hold(held, true);
  expect([budget.mayRead(held), budget.mayRead(other)]).toEqual([false, true]);
  budget.take(held, 10);
  budget.giveBack(held, 10);
  await turn();
  expect(held.resumed).toBe(0);
  budget.hold(held, false);
  await turn();
  expect([budget.mayRead(held), held.resumed]).toEqual([true, 1]);
});
