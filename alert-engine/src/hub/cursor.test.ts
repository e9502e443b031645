import { expect, it } from 'vitest';
import { decodeCursor, encodeCursor, stationCursor, storeCursor } from './cursor.ts';

it('survives the way to a client and back, a region at its beginning too', () => {
  const cursor = stationCursor({ West: '12' }, ['West', 'Midwest']);
  expect(cursor).toEqual({ West: '12', Midwest: null });
  const back = decodeCursor(encodeCursor(cursor), ['Midwest', 'West']);
  expect(back).toEqual(cursor);
  expect(storeCursor(back ?? {})).toEqual({ West: '12' });
});

it('serves fewer regions than it covers, and not more', () => {
  const text = encodeCursor({ West: '12', Midwest: null });
  expect(decodeCursor(text, ['West'])).toEqual({ West: '12' });
  expect(decodeCursor(text, ['West', 'Northeast'])).toBeUndefined();
});

it.each(['__proto__', 'toString'])('a region may have the name %s', (region) => {
  const cursor = stationCursor({}, [region]);
  expect(Object.entries(cursor)).toEqual([[region, null]]);
  expect(Object.entries(decodeCursor(encodeCursor(cursor), [region]) ?? {})).toEqual([[region, null]]);
  expect(decodeCursor(encodeCursor({ West: '12' }), [region])).toBeUndefined();
});

it.each(['', '!', 'bm8', Buffer.from('{"West":1}').toString('base64url')])('%j is none', (text) => {
  expect(decodeCursor(text, ['West'])).toBeUndefined();
});
