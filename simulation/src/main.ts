import { InvalidArgumentError, program } from 'commander';
import { DEFAULT_OPTIONS, simulate } from './simulate.ts';

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is expected');
  return value;
};

const ERASE_LINE = '\r\u001B[2K';
const PROGRESS_EVERY_MS = 500;
const PLAIN_PROGRESS_EVERY_MS = 30_000;

const { seeds, first, seed, minutes, trace } = program
  .name('sim')
  .description('The whole system in one process, on one seed and a manual clock, against an oracle.')
  .option('--seeds <n>', 'how many seeds to run', wholeNumber, 200)
  .option('--first <seed>', 'the first of them', wholeNumber, 1)
  .option('--seed <seed>', 'run this seed alone', wholeNumber)
  .option('--minutes <n>', 'simulated time in which things go wrong', wholeNumber, DEFAULT_OPTIONS.minutes)
  .option('--trace', 'tell the story of a seed', false)
  .parse()
  .opts<{ seeds: number; first: number; seed: number | undefined; minutes: number; trace: boolean }>();

const chosen = seed === undefined ? Array.from({ length: seeds }, (_, index) => first + index) : [seed];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** Ctrl-C ends after the seed that is running, with the sum of those that ran. */
let interrupted = false;
process.once('SIGINT', () => (interrupted = true));
const started = performance.now();
let lastTold = started;
let ran = 0;
let failed = 0;
let readings = 0;
let conditions = 0;
let crashes = 0;
for (const one of chosen) {
  if (interrupted) break;
  const outcome = await simulate(one, { ...DEFAULT_OPTIONS, minutes, trace: trace ? say : undefined });
  ran++;
  tellProgress();
  readings += outcome.readings;
  conditions += outcome.conditions;
  crashes += outcome.crashes;
  if (outcome.violations.length === 0) continue;
  failed++;
  say(`seed ${one}: ${outcome.violations.length} violations`);
  for (const violation of outcome.violations.slice(0, 10)) say(`  ${violation}`);
}
if (process.stderr.isTTY) process.stderr.write(ERASE_LINE);
say(
  `${ran === chosen.length ? ran : `${ran} of ${chosen.length}`} seeds, ${failed} failed; ${readings} readings, ${conditions} condition events, ${crashes} crashes`,
);
process.exitCode = interrupted ? 130 : failed === 0 ? 0 : 1;

function tellProgress(): void {
  const now = performance.now();
  const { isTTY } = process.stderr;
  if (now - lastTold < (isTTY ? PROGRESS_EVERY_MS : PLAIN_PROGRESS_EVERY_MS)) return;
  lastTold = now;
  const leftS = Math.round((((now - started) / ran) * (chosen.length - ran)) / 1_000);
  const line = `${ran} of ${chosen.length} seeds, ${failed} failed, ${crashes} crashes, about ${leftS} s left`;
  process.stderr.write(isTTY ? `${ERASE_LINE}${line}` : `${line}\n`);
}
