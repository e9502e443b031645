import { InvalidArgumentError, program } from 'commander';
import { DEFAULT_OPTIONS, simulate } from './simulate.ts';

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is expected');
  return value;
};

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
let failed = 0;
let readings = 0;
let conditions = 0;
let crashes = 0;
for (const one of chosen) {
  const outcome = await simulate(one, { ...DEFAULT_OPTIONS, minutes, trace: trace ? say : undefined });
  readings += outcome.readings;
  conditions += outcome.conditions;
  crashes += outcome.crashes;
  if (outcome.violations.length === 0) continue;
  failed++;
  say(`seed ${one}: ${outcome.violations.length} violations`);
  for (const violation of outcome.violations.slice(0, 10)) say(`  ${violation}`);
}
say(
  `${chosen.length} seeds, ${failed} failed; ${readings} readings, ${conditions} condition events, ${crashes} crashes`,
);
process.exitCode = failed === 0 ? 0 : 1;
