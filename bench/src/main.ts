/** `npm run bench`: what Vitalwire on this machine can do. Ratios within one run mean something; absolute times are this machine's. */
import { cpus, loadavg } from 'node:os';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { allMeasurements } from './all-measurements.ts';
import { WORSE_BY, readBaseline, regressions, updated, writeBaseline } from './check.ts';
import { enginesMissing } from './engines/run-engines.ts';
import type { Measurement } from './measurement.ts';
import { measureRuns, type MeasurementResult } from './results.ts';
import { formatResult } from './table.ts';

interface Options {
  /** Undefined: with and without. */
  readonly engines: boolean | undefined;
  readonly seconds: number;
  readonly runs: number;
  readonly json: boolean;
  readonly check: boolean;
  readonly updateBaseline: boolean;
  readonly list: boolean;
}

class WrongUse extends Error {}

const note = (text: string): void => console.error(text);

try {
  const { names, options } = readArguments();
  if (options.list) console.log(list());
  else await run(chosen(names, options), options);
} catch (error) {
  if (error instanceof WrongUse) {
    note(`error: ${error.message}`);
    process.exitCode = 2;
  } else if (error instanceof CommanderError) {
    // It has said what is wrong.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else throw error;
}

function readArguments(): { names: readonly string[]; options: Options } {
  const program = new Command('npm run bench --')
    .description('Measures Vitalwire on this machine, the load beside it, over loopback.')
    .argument('[names...]', 'what to measure (see --list); without names, all of it')
    .option('--engines', 'without names: only what runs on Kafka, Redis and the other engines')
    .option('--no-engines', 'without names: only what needs none of them')
    .option('--seconds <n>', 'length of each timed part; warm-up comes on top', positive, 10)
    .option('--runs <n>', 'runs of each measurement; the median is told, and the spread', positive, 1)
    .option('--json', 'one JSON document on standard output instead of tables', false)
    .option(
      '--check',
      `fail with exit code 1 where a figure is over ${WORSE_BY * 100} % worse than its baseline; without names, what the baseline holds`,
      false,
    )
    .option('--update-baseline', 'keep what was measured as the baseline for --check', false)
    .option('--list', 'what can be measured', false)
    .exitOverride()
    .parse();
  return { names: program.args, options: program.opts<Options>() };
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It is a whole number above 0.');
}

function list(): string {
  const width = Math.max(...allMeasurements.map(({ name }) => name.length));
  return allMeasurements
    .map(
      ({ name, about, needs }) => `${name.padEnd(width)}  ${about}${needs === 'engines' ? ' [engines]' : ''}`,
    )
    .join('\n');
}

function chosen(names: readonly string[], { engines, check }: Options): readonly Measurement[] {
  if (names.length === 0 && check) {
    const { figures } = readBaseline();
    return allMeasurements.filter(({ name }) => name in figures);
  }
  if (names.length === 0) {
    const without = allMeasurements.filter(({ needs }) => needs === 'nothing');
    if (engines === false) return without;
    if (engines === true) return allMeasurements.filter((each) => !without.includes(each));
    // Who asks for engines waits for their programs; who asks for all that there is does not.
    const missing = enginesMissing();
    if (missing.length === 0) return allMeasurements;
    note(
      `only what needs no engines: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not on this machine (npm run engines -- provision)`,
    );
    return without;
  }
  const unknown = names.filter((wanted) => !allMeasurements.some(({ name }) => name === wanted));
  if (unknown.length > 0) throw new WrongUse(`no measurement "${unknown.join('", "')}"; --list shows all`);
  return allMeasurements.filter(({ name }) => names.includes(name));
}

async function run(measurements: readonly Measurement[], options: Options): Promise<void> {
  const { seconds, runs, json, check, updateBaseline } = options;
  note(`${machine()}; ${runs} × ${seconds} s, load average ${loadavg()[0]?.toFixed(1)}`);
  const results: MeasurementResult[] = [];
  for (const measurement of measurements) {
    const result = await measureRuns(measurement, runs, { seconds, note });
    results.push(result);
    if (!json) console.log(`\n${formatResult(result)}`);
  }
  if (json) console.log(JSON.stringify({ machine: machine(), seconds, runs, results }, undefined, 2));
  if (updateBaseline) writeBaseline(updated(readBaseline(), results, machine()));
  if (!check) return;
  const baseline = readBaseline();
  const problems = regressions(results, baseline);
  if (baseline.machine !== machine()) note(`the baseline is of another machine: ${baseline.machine}`);
  for (const problem of problems) note(problem);
  note(outcome(problems.length));
  if (problems.length > 0) process.exitCode = 1;
}

function outcome(problems: number): string {
  const bound = `${WORSE_BY * 100} % of the baseline`;
  if (problems === 0) return `check passed: everything is within ${bound}`;
  return (
    `check FAILED: ${problems} figure${problems === 1 ? ' is' : 's are'} not within ${bound}. Other work on the machine moves single runs: try --runs 3. ` +
    'What is meant to be so, --update-baseline keeps.'
  );
}

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`;
}
