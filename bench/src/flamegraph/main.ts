/** `npm run flamegraph -w bench -- <profile> <picture>`: a CPU profile as a picture that can be kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { renderFlame } from './flame-svg.ts';
import { frameTree, parseProfile } from './frame-tree.ts';

interface Options {
  readonly title?: string;
  readonly from: number;
  readonly to?: number;
  readonly root?: string;
}

const WRONG_USE = 2;
const HERE = new URL('../../../', import.meta.url).href;

try {
  const program = new Command('npm run flamegraph -w bench --')
    .description('Draws a CPU profile (node --cpu-prof, PROFILE_DIR=… npm run bench) as a flame graph.')
    .argument('<profile>', 'a file *.cpuprofile')
    .argument('<picture>', 'the SVG to write')
    .option('--title <text>', 'what stands above it (default: the name of the profile)')
    .option('--from <seconds>', "leave out the profile's first seconds: a start compiles", seconds, 0)
    .option('--to <seconds>', 'leave out what comes after (default: nothing)', seconds)
    .option('--root <folder>', 'the repository that was profiled (default: this one)')
    .exitOverride()
    .parse();
  draw(program.args[0] ?? '', program.args[1] ?? '', program.opts<Options>());
} catch (error) {
  // Commander has said what is wrong.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
  else {
    console.error(`error: ${messageOf(error)}`);
    process.exitCode = WRONG_USE;
  }
}

/** `npm run -w` runs in the workspace's folder; paths are meant from where it was called. */
function draw(
  profile: string,
  picture: string,
  { title, from: fromS, to: toS = Infinity, root }: Options,
): void {
  const place = (path: string): string => resolve(process.env['INIT_CWD'] ?? '.', path);
  const rootUrl = root === undefined ? HERE : `${pathToFileURL(place(root)).href}/`;
  try {
    const text = readFileSync(place(profile), 'utf8');
    const top = frameTree(parseProfile(text), { root: rootUrl, fromS, toS });
    if (top.totalUs === 0) throw new Error('no time was spent between --from and --to');
    writeFileSync(place(picture), renderFlame(top, title ?? basename(profile)));
    console.log(`${picture}: ${(top.totalUs / 1e6).toFixed(1)} s of CPU`);
  } catch (error) {
    throw new Error(`${profile}: ${messageOf(error)}`, { cause: error });
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (value >= 0 && text.trim() !== '') return value;
  throw new InvalidArgumentError('It is a number of seconds.');
}
