import { expect, it } from 'vitest';
import { OneByOne } from './one-by-one.ts';

it('begins the next when the one before has ended, however it did', async () => {
  const works = new OneByOne();
  const first = Promise.withResolvers<string>();
  let begun = false;
  const one = works.run(() => first.promise);
  const other = works.run(async () => {
    begun = true;
    return 'other';
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(false);
  first.reject(new Error('refused'));
  await expect(one).rejects.toThrow('refused');
  await expect(other).resolves.toBe('other');
});
