import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/delivery-guarantees.md', ROOT), 'utf8');
const named = [...page.matchAll(/`([\w/.-]+\.test\.ts)`: "([^"]+)"/g)].map(
  ([, file = '', name = '']) => [file, name] as const,
);

test('the page of guarantees names its tests', () => expect(named.length).toBeGreaterThan(15));

test.each(named)('%s: "%s"', (file, name) => {
  const path = new URL(file, ROOT);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(`'${name}'`);
});
