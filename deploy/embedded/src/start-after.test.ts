import { expect, it } from 'vitest';
import { startAfter, type Startable } from './start-after.ts';

const service = (events: string[], failed: Promise<never> = new Promise(() => {})): Startable => ({
  name: 'storage',
  failed,
  stop: () => Promise.resolve(void events.push('stopped')),
});

function scene(failed?: Promise<never>) {
  const first = Promise.withResolvers<void>();
  const events: string[] = [];
  const later = startAfter('storage', first.promise, () => {
    events.push('started');
    return Promise.resolve(service(events, failed));
  });
  return { first, events, later };
}

it('starts when it is its turn, and stops what it started', async () => {
  const { first, events, later } = scene();
  await Promise.resolve();
  expect(events).toEqual([]);
  first.resolve();
  await expect.poll(() => events).toEqual(['started']);
  await later.stop();
  expect(events).toEqual(['started', 'stopped']);
});

it('never starts once it was stopped', async () => {
  const { first, events, later } = scene();
  await later.stop();
  first.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toEqual([]);
});

it('fails with what failed it, at its start or later', async () => {
  const error = new Error('no room');
  const never = startAfter('storage', Promise.resolve(), () => Promise.reject(error));
  await expect(never.failed).rejects.toBe(error);
  await never.stop();
  const { first, later } = scene(Promise.reject(error));
  first.resolve();
  await expect(later.failed).rejects.toBe(error);
});
