import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { clean } from './clean.ts';
import { endLongCommands } from './command.ts';
import { engineNames, type EngineName } from './engine.ts';
import { EngineFailure } from './failure.ts';
import { readSettings } from './settings.ts';
import { Supervisor, type NodeCounts } from './supervisor.ts';

/** Progress goes to stderr, so that stdout holds only what was asked for. */
const report = (line: string) => process.stderr.write(`${line}\n`);

interface Selection {
  only: readonly EngineName[] | undefined;
}

function createProgram(supervisor: Supervisor): Command {
  const program = new Command('engines')
    .description('Kafka, Cassandra, InfluxDB and Redis on loopback, without Docker.')
    .addHelpText(
      'after',
      '\nPorts move with ENGINES_KAFKA_PORT (9092), ENGINES_KAFKA_CONTROLLER_PORT (9093), ENGINES_CASSANDRA_PORT (9042),\n' +
        'ENGINES_CASSANDRA_STORAGE_PORT (7000), ENGINES_INFLUX_PORT (8086), ENGINES_REDIS_PORT (6379).\n' +
        'Everything lies under .engines; ENGINES_DIR names another folder.',
    )
    .exitOverride();
  const only = () =>
    new Option('--only <engines>', 'comma-separated engines; all unless given').argParser(parseNames);
  const target = ['<engine>', 'an engine, or one node of it such as kafka-2'] as const;

  program
    .command('up')
    .description('provision what is missing, start engines, wait until they answer, print their variables')
    .addOption(only())
    .option('--kafka <nodes>', 'Kafka nodes, 1 to 3', Number)
    .option('--cassandra <nodes>', 'Cassandra nodes, 1 to 3', Number)
    .option('--redis <nodes>', 'Redis nodes: 1, or 2 for a primary and its replica', Number)
    .action(async ({ only, ...nodes }: Selection & NodeCounts) => {
      const startedMs = performance.now();
      await supervisor.up(only, nodes);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      report(
        `\nAll answer after ${seconds} s. For components (also in ${supervisor.layout.environmentFile()}):`,
      );
      for (const [name, value] of Object.entries(supervisor.environment())) console.log(`${name}=${value}`);
    });
  program
    .command('provision')
    .description('download and build what is missing, without starting anything')
    .addOption(only())
    .action(({ only }: Selection) => supervisor.provision(only));
  program
    .command('down')
    .description('stop engines; their data stays')
    .addOption(only())
    .action(({ only }: Selection) => supervisor.down(only));
  program
    .command('status')
    .description('show every node: its state, process and addresses')
    .action(() => printStatus(supervisor));
  program
    .command('start')
    .argument(...target)
    .description('return an engine that was stopped, and wait until it answers')
    .action((target: string) => supervisor.start(target));
  program
    .command('stop')
    .argument(...target)
    .description('take an engine away (SIGTERM) as an outage would; start returns it')
    .action((target: string) => supervisor.stop(target));
  program
    .command('kill')
    .argument(...target)
    .description('the same as a crash would (SIGKILL)')
    .action((target: string) => supervisor.kill(target));
  program
    .command('restart')
    .argument(...target)
    .description('stop and start')
    .action(async (target: string) => {
      await supervisor.stop(target);
      await supervisor.start(target);
    });
  program
    .command('logs')
    .argument(...target)
    .description('show the end of the logs')
    .option('-n, --lines <lines>', 'lines of each log', '50')
    .option('-f, --follow', 'go on as the logs grow')
    .action((target: string, options: { lines: string; follow: boolean | undefined }) =>
      showLogs(supervisor.logs(target), options.lines, options.follow ?? false),
    );
  program
    .command('clean')
    .description('remove logs and unfinished builds; engines must be down')
    .addOption(new Option('--data', 'and the data of all engines').conflicts('all'))
    .option('--all', 'and programs, downloads and the token: everything')
    .action(async ({ data, all }: { data: boolean | undefined; all: boolean | undefined }) => {
      const removed = await clean(supervisor, all ? 'all' : data ? 'data' : 'leftovers');
      report(removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}`);
    });
  return program;
}

function parseNames(text: string): readonly EngineName[] {
  return text.split(',').map((part) => {
    const name = engineNames.find((name) => name === part.trim());
    if (name === undefined) throw new InvalidArgumentError(`"${part}" is none of ${engineNames.join(', ')}.`);
    return name;
  });
}

async function printStatus(supervisor: Supervisor): Promise<void> {
  for (const { node, state, pid, addresses } of await supervisor.status()) {
    const process = pid === undefined ? '' : `pid ${pid}`;
    console.log(`${node.padEnd(12)} ${state.padEnd(15)} ${process.padEnd(12)} ${addresses.join(' ')}`);
  }
}

async function showLogs(files: readonly string[], lines: string, follow: boolean): Promise<void> {
  const present = files.filter((file) => existsSync(file));
  if (present.length === 0) throw new EngineFailure(`no log yet: ${files.join(', ')}`);
  const child = spawn('tail', ['-n', lines, ...(follow ? ['-F'] : []), ...present], { stdio: 'inherit' });
  await new Promise((resolve) => child.once('close', resolve));
}

/** Prints one line for each failure and gives the exit code. */
function explain(error: unknown): number {
  if (error instanceof AggregateError) return Math.max(...error.errors.map(explain));
  // Commander has printed its own message; wrong usage is the asker's to correct.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  report(
    error instanceof EngineFailure
      ? `error: ${error.message}`
      : `error: ${String((error as Error).stack ?? error)}`,
  );
  return error instanceof EngineFailure ? error.exitCode : 1;
}

/** By the conventions of shells: 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

for (const [signal, exitCode] of Object.entries(exitCodes)) {
  process.once(signal, () => {
    endLongCommands();
    report(`${signal}: given up`);
    process.exit(exitCode);
  });
}

try {
  const supervisor = new Supervisor(readSettings(process.env), report);
  await createProgram(supervisor).parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
