/** `npm run soak`: a load with a ledger, while one process after another is killed. Exit code of the ledger: 0 every promise was kept. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { MortalDeployment, SoakFailure, type Mode } from './deployment.ts';
import { EMBEDDED_VICTIMS, VICTIMS, killInTurn, type Victim } from './killings.ts';

interface Options {
  readonly deployment: Mode;
  readonly duration: number;
  readonly devices: number;
  readonly pause: number;
  readonly quiet: number;
  readonly away: number;
  readonly kill: readonly Victim[] | undefined;
}

const SIMULATOR = fileURLToPath(import.meta.resolve('@vitalwire/device-simulator/main.ts'));
/** What a dead process may cost an alert: its restart, the devices' way back, and what waited. */
const LATE_AFTER = '90s';
const SETTLE = '180s';
const WRONG_USE = 2;
const REGIONS = 'Northeast,Southeast';

const note = (text: string): void =>
  console.error(`${new Date(systemClock.now()).toISOString().slice(11, 19)}  ${text}`);

function seconds(text: string): number {
  const match = /^(\d+)(s|m|h)?$/.exec(text);
  const value = Number(match?.[1]) * { s: 1, m: 60, h: 3_600 }[match?.[2] ?? 's']!;
  if (!(value > 0)) throw new InvalidArgumentError('It must be a time like 90s or 10m.');
  return value;
}

function victims(text: string): readonly Victim[] {
  return text.split(',').map((name) => {
    const victim = VICTIMS.find((known) => known === name.trim());
    if (!victim) throw new InvalidArgumentError(`Allowed are ${VICTIMS.join(', ')}.`);
    return victim;
  });
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It is a whole number above 0.');
  return value;
}

const program = new Command('npm run soak --')
  .description(
    'Readings at 1 Hz a device with a ledger, while kill -9 takes one process after another. Further options, after --, go to the load tester.',
  )
  .addOption(
    new Option('--deployment <which>', 'distributed runs on the engines that npm run engines:up started')
      .choices(['embedded', 'distributed'])
      .default('distributed'),
  )
  .option('--duration <time>', 'length of the load', seconds, 600)
  .option('--devices <n>', 'devices at 1 Hz', count, 2_000)
  .option('--pause <time>', "from one victim's return to the next one's death", seconds, 15)
  .option('--quiet <time>', 'at the end, in which nothing is killed', seconds, 30)
  .option('--away <time>', 'how long an engine stays away', seconds, 3)
  .option('--kill <names>', `victims in their order: ${VICTIMS.join(', ')} (default: all)`, victims)
  .argument('[options...]', 'for the load tester, such as --html report.html')
  .exitOverride();

try {
  program.parse();
  process.exitCode = await soak(program.opts<Options>(), program.args);
} catch (error) {
  if (error instanceof SoakFailure) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  } else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
  else throw error;
}

async function soak(options: Options, further: readonly string[]): Promise<number> {
  const { deployment: mode, devices, duration } = options;
  const deployment = await MortalDeployment.start(mode, (text) => process.stderr.write(text));
  try {
    note(`${mode} at ${deployment.httpUrl}; ${devices} devices for ${duration} s`);
    const noMore = new AbortController();
    const tester = startTester(deployment, options, further);
    void tester.ended.then(() => noMore.abort());
    await tester.loaded;
    const cancel = systemClock.after(Math.max(0, duration - options.quiet) * 1_000, () => noMore.abort());
    const killing = killInTurn(deployment, {
      victims: options.kill ?? (mode === 'embedded' ? EMBEDDED_VICTIMS : VICTIMS),
      pauseMs: options.pause * 1_000,
      engineAwayMs: options.away * 1_000,
      signal: noMore.signal,
      note,
    });
    const [deaths, exitCode] = await Promise.all([killing, tester.ended]);
    cancel();
    note(`${deaths} killed; the ledger ${exitCode === 0 ? 'is clean' : `says ${exitCode}`}`);
    return exitCode;
  } finally {
    await deployment.stop();
  }
}

interface Tester {
  /** Its devices are connected and send, or it has ended. */
  readonly loaded: Promise<void>;
  /** Its exit code. */
  readonly ended: Promise<number>;
}

function startTester(
  { mqttUrl, httpUrl, dataDir }: MortalDeployment,
  { devices, duration }: Options,
  further: readonly string[],
): Tester {
  const args = [
    `--url=${mqttUrl}`,
    `--api=${httpUrl}`,
    `--data-dir=${dataDir}`,
    `--region=${REGIONS}`,
    `--devices=${devices}`,
    `--duration=${duration}s`,
    '--stations=3',
    '--mix=stable=0.7,desaturation=0.2,hypotension=0.1',
    `--settle=${SETTLE}`,
    `--late-after=${LATE_AFTER}`,
    // Patients of a run of their own: engines keep what earlier runs left.
    `--prefix=SOAK${Math.round(systemClock.now() / 1_000).toString(36)}`,
    ...further,
  ];
  const child = spawn(process.execPath, [SIMULATOR, ...args], { stdio: ['ignore', 'inherit', 'pipe'] });
  const loaded = Promise.withResolvers<void>();
  child.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    // Its line of progress; a tester that finds nobody at first takes the address for wrong.
    if (/connected \d/.test(chunk.toString('utf8'))) loaded.resolve();
  });
  // It ends with its report then, and the soak with it.
  for (const end of ['SIGINT', 'SIGTERM'] as const) process.once(end, () => child.kill(end));
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  void ended.then(() => loaded.resolve());
  return { loaded: loaded.promise, ended };
}
