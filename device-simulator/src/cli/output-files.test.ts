import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { refuseUnwritable, writeOutput } from './output-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitalwire-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a file that could not be written is refused by its option, before anything is done', async () => {
  const html = (path: string) => refuseUnwritable([{ option: '--html', path }]);
  await expect(html(folder)).rejects.toThrow(`--html ${folder}: is a folder`);
  const nowhere = join(folder, 'none', 'report.html');
  await expect(html(nowhere)).rejects.toThrow(
    `--html ${nowhere}: there is no folder ${join(folder, 'none')}`,
  );
});

it('a file that can be written is left alone until there is something to write', async () => {
  const file = { option: '--json', path: join(folder, 'report.json') };
  await refuseUnwritable([file]);
  expect(() => readFileSync(file.path)).toThrow('ENOENT');
  await writeOutput(file, 'first');
  await refuseUnwritable([file]);
  await writeOutput(file, '{}');
  expect(readFileSync(file.path, 'utf8')).toBe('{}');
});

it('what became unwritable meanwhile is one line with the option', async () => {
  const path = join(folder, 'gone', 'report.json');
  await expect(writeOutput({ option: '--json', path }, '{}')).rejects.toThrow(`--json ${path}: ENOENT`);
});
