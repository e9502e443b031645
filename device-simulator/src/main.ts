#!/usr/bin/env node
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { CommanderError } from 'commander';
import { UsageError, createCommand } from './cli/arguments.ts';
import { planRun } from './cli/plan.ts';
import { NoConnectionError, run } from './cli/run.ts';
import { exitCodeOf } from './report/summary.ts';
import { renderSummary } from './report/text.ts';

const WRONG_USE = 2;
const KILLED_BY_SIGINT = 130;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(KILLED_BY_SIGINT);
    stop.abort();
  });
}

const command = createCommand(async (given) => {
  const plan = await planRun(given, process.env);
  const { stderr } = process;
  const summary = await run(plan, {
    clock: systemClock,
    signal: stop.signal,
    progress: {
      isTty: stderr.isTTY,
      columns: () => stderr.columns,
      write: (text) => stderr.write(text),
    },
  });
  process.stdout.write(
    given.json ? `${JSON.stringify(summary, null, 2)}\n` : `\n${renderSummary(summary)}\n`,
  );
  process.exitCode = exitCodeOf(summary);
});

command
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'vitalwire-sim: ')) });

try {
  await command.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; its code for --help is 0.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
  } else if (error instanceof UsageError) {
    process.stderr.write(`vitalwire-sim: ${error.message}\n`);
    process.exitCode = WRONG_USE;
  } else if (error instanceof NoConnectionError) {
    process.stderr.write(`vitalwire-sim: ${error.message}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
