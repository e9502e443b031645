import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAlarmSettings } from '@vitalwire/core/alarms/settings-file.ts';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { SHIPPED_RECORDINGS } from '@vitalwire/device-simulator/recordings/load.ts';
import { expect, it } from 'vitest';
import { compare } from '../src/what-if/compare.ts';
import { fromRecordings } from '../src/what-if/from-recordings.ts';
import { naive } from '../src/what-if/naive.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const DEFAULTS = fileURLToPath(new URL('../../core/config/alarms.yaml', import.meta.url));
const settings = readAlarmSettings(undefined);

const command = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'what-if', ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

it('makes four fifths fewer alarms of limits than naive limits on the shipped recordings, and misses no sustained crossing', async () => {
  const source = await fromRecordings(SHIPPED_RECORDINGS, undefined);
  const compared = await compare(source, { against: naive(settings), settings }, () => {});
  expect(compared.beds).toBe(10);
  expect(compared.sustained).toBeGreaterThan(5);
  expect(compared.settings.missed).toBe(0);
  const score = compared.settings.byType['early_warning_score'] ?? 0;
  expect(compared.crossings.each).toBeGreaterThan(20);
  expect(compared.settings.alarms - score).toBeLessThanOrEqual(0.2 * compared.crossings.each);
  expect(compared.settings.alarms).toBeLessThan(compared.crossings.mildest / 2);
  expect(compared.settings.brief).toBeLessThan(compared.crossings.brief / 4);
  expect(compared.settings.delay_s?.max).toBeLessThanOrEqual(15);
});

it('says what a lower limit would miss', async () => {
  const yaml = await readFile(DEFAULTS, 'utf8');
  const lower = parseAlarmSettings(
    yaml
      .replace('low: { medium: 90, critical: 80 }', 'low: { medium: 82, critical: 80 }')
      .replace('oxygen_saturation: { low: 10,', 'oxygen_saturation: { low: 2,'),
  );
  const source = await fromRecordings(SHIPPED_RECORDINGS, 'bidmc_32');
  const { against, settings: after } = await compare(
    source,
    { against: settings, settings: lower },
    () => {},
  );
  expect(against).toMatchObject({ missed: 0, byType: { low_oxygen_saturation: 1 } });
  expect(after.missed).toBe(1);
  expect(after.byType).not.toHaveProperty('low_oxygen_saturation');
});

it('shows both sides in the terminal, and refuses bad settings with the line', async () => {
  const recordings = ['--recordings', SHIPPED_RECORDINGS, '--patient', 'bidmc_32'];
  const shown = await command('--settings', DEFAULTS, '--against', 'naive', '--patients', ...recordings);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/bidmc_32 +1 +2 +1 +0 +0/) });
  expect(shown.stdout).toMatch(/the mildest of each side +1 +1 +0 %/);
  const folder = await mkdtemp(join(tmpdir(), 'what-if-'));
  try {
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, (await readFile(DEFAULTS, 'utf8')).replace('default: 10', 'default: -1'));
    const refused = await command('--settings', bad, ...recordings);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/bad\.yaml: line \d+: condition_delay_s\.default/),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  expect((await command()).code).toBe(2);
});
