import { expect, test } from 'vitest';
import { TokenError, signDeviceToken } from '@vitalwire/core/identity/token.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { TokenCache } from './token-cache.ts';

const SECRET = 'a secret of at least thirty-two characters';
const BOUNDS = { tokenCacheMs: 60_000, maxCachedTokens: 2 };

test('a token that held is remembered, but not past its expiry', async () => {
  const clock = new ManualClock(Date.now());
  const cache = new TokenCache(SECRET, clock, BOUNDS);
  const token = await signDeviceToken({ deviceId: 'd', region: 'West' }, SECRET, '30s');
  const first = await cache.verify(token);
  expect(first).toEqual({ deviceId: 'd', region: 'West' });
  expect(await cache.verify(token)).toBe(first);
  await clock.advance(31_000);
  await expect(cache.verify(token)).rejects.toThrow(TokenError);
  expect(cache.size).toBe(0);
});

test('is bounded, and what does not hold is not remembered', async () => {
  const cache = new TokenCache(SECRET, new ManualClock(Date.now()), BOUNDS);
  for (const deviceId of ['a', 'b', 'c']) {
    await cache.verify(await signDeviceToken({ deviceId, region: 'West' }, SECRET));
  }
  expect(cache.size).toBe(2);
  const foreign = await signDeviceToken({ deviceId: 'd', region: 'West' }, `${SECRET}!`);
  await expect(cache.verify(foreign)).rejects.toThrow(TokenError);
  await expect(cache.verify('garbage')).rejects.toThrow(TokenError);
  expect(cache.size).toBe(2);
});
