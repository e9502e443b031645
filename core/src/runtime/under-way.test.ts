import { expect, test } from 'vitest';
import { UnderWay } from './under-way.ts';

test('ends once everything has, however it did', async () => {
  const underWay = new UnderWay();
  await underWay.ended();
  const [one, other] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const first = underWay.run(() => one.promise);
  const second = underWay.run(() => other.promise);
  let hasEnded = false;
  const ended = Promise.all([underWay.ended(), underWay.ended()]).then(() => (hasEnded = true));
  one.resolve('done');
  expect(await first).toBe('done');
  expect(hasEnded).toBe(false);
  other.reject(new Error('refused'));
  await expect(second).rejects.toThrow('refused');
  await ended;
});

test('what fails before it waits has ended too', async () => {
  const underWay = new UnderWay();
  const failing = underWay.run(() => {
    throw new Error('refused');
  });
  await expect(failing).rejects.toThrow('refused');
  await underWay.ended();
});
