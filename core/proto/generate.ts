/** Generates core/src/vitals/generated from vitals.proto; `--check` only tells whether what is committed is current. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../src/vitals/generated');
const bin = join(here, '../../node_modules/.bin');
const files = ['vitals-proto.js', 'vitals-proto.d.ts'] as const;

const scratch = mkdtempSync(join(tmpdir(), 'vitalwire-proto-'));
try {
  const [code, types] = [join(scratch, files[0]), join(scratch, files[1])];
  const omit = ['--no-create', '--no-verify', '--no-delimited', '--no-typeurl', '--no-service'];
  const options = ['-t', 'static-module', '-w', 'esm', '--force-number', ...omit];
  execFileSync(join(bin, 'pbjs'), [...options, '-o', code, join(here, 'vitals.proto')]);
  execFileSync(join(bin, 'pbts'), ['-o', types, code], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const file of files) {
    const fresh = readFileSync(join(scratch, file), 'utf8');
    if (!process.argv.includes('--check')) writeFileSync(join(target, file), fresh);
    else if (fresh !== readFileSync(join(target, file), 'utf8')) {
      console.error(`${file} is not what vitals.proto gives: run npm run generate:proto`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(scratch, { recursive: true });
}
