import { describe, expect, it } from 'vitest';
import { toCsv } from './csv.ts';

describe('toCsv', () => {
  it('follows RFC 4180', () => {
    expect(
      toCsv([
        ['a', 'b,c', 'd"e', 'f\ng', null, undefined, 97.5],
        ['é', '', ' x ', 0],
      ]),
    ).toBe('a,"b,c","d""e","f\ng",,,97.5\r\né,, x ,0\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '|cmd', '%0A'])(
    'makes no formula of %j',
    (text) => {
      const [first] = toCsv([[text]]).replace(/^"/, '');
      expect(first).toBe("'");
    },
  );

  it('leaves numbers alone', () => {
    expect(toCsv([[-3]])).toBe('-3\r\n');
  });
});
