import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configTable } from '@vitalwire/core/runtime/config.ts';

const root = new URL('../../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');

describe('the README', () => {
  it('has the settings as the code has them', () => {
    const cells = (table: string): string[] =>
      table.split('\n').map((row) => row.replaceAll(/ +/g, ' ').replaceAll(/-+/g, '-'));
    expect(cells(readme)).toEqual(expect.arrayContaining(cells(configTable())));
  });

  it.each(['docs/examples/publish.mjs', 'docs/examples/publish.py'])('prints %s as it is', (path) => {
    expect(readme).toContain(readFileSync(new URL(path, root), 'utf8').trim());
  });

  it('links to nothing that is not there', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1]!);
    for (const link of links) expect(() => readFileSync(new URL(link, root)), link).not.toThrow(/ENOENT/);
  });
});
