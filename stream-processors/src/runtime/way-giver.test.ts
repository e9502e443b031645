import { expect, it } from 'vitest';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { WayGiver } from './way-giver.ts';

function scene(behindMs: number) {
  const clock = new ManualClock();
  const urgent = { behind: behindMs, behindMs: () => urgent.behind };
  const way = new WayGiver(urgent, clock);
  const passed: string[] = [];
  const pass = (name: string, ageMs = 0) =>
    way.pass([{ timestampMs: clock.now() - ageMs }]).then(() => passed.push(name));
  return { clock, urgent, way, passed, pass };
}

it('lets batches through beside one that keeps up, in their order', async () => {
  const { passed, pass } = scene(100);
  await Promise.all([pass('a'), pass('b'), pass('c')]);
  expect(passed).toEqual(['a', 'b', 'c']);
});

it('lets one that is behind go first, and the next through when it has caught up', async () => {
  const { clock, urgent, passed, pass } = scene(Number.POSITIVE_INFINITY);
  void pass('a');
  await clock.advance(300);
  expect(passed).toEqual([]);
  urgent.behind = 0;
  await clock.advance(25);
  expect(passed).toEqual(['a']);
});

it('looks again before each: what the one before did may have held up the urgent', async () => {
  const { clock, urgent, passed, pass } = scene(0);
  void pass('a').then(() => (urgent.behind = 5_000));
  void pass('b');
  await clock.advance(300);
  expect(passed).toEqual(['a']);
});

it('is not starved by one that never catches up', async () => {
  const { clock, passed, pass } = scene(60_000);
  for (const name of ['a', 'b', 'c']) void pass(name);
  await clock.advance(390);
  expect(passed).toEqual([]);
  await clock.advance(10);
  expect(passed).toEqual(['a']);
  for (let i = 0; i < 10; i++) await clock.advance(100);
  expect(passed).toEqual(['a', 'b', 'c']);
});

it.each([
  { what: 'half as long at five minutes', ageMs: 300_000, waitsMs: 200 },
  { what: 'no longer at ten', ageMs: 600_000, waitsMs: 0 },
  { what: 'no longer at a day', ageMs: 86_400_000, waitsMs: 0 },
])('a backlog waits $what', async ({ ageMs, waitsMs }) => {
  const { clock, passed, pass } = scene(60_000);
  void pass('a', ageMs);
  if (waitsMs > 0) {
    await clock.advance(waitsMs - 10);
    expect(passed).toEqual([]);
  }
  await clock.advance(20);
  expect(passed).toEqual(['a']);
});

it('holds up nobody once it is stopped', async () => {
  const { way, passed, pass } = scene(60_000);
  const waiting = [pass('a'), pass('b')];
  way.stop();
  await Promise.all([...waiting, pass('c')]);
  expect(passed).toEqual(['a', 'b', 'c']);
});
