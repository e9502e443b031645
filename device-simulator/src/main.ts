#!/usr/bin/env -S node --no-memory-reducer
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { spareFullCollections } from '@vitalwire/core/runtime/full-collections.ts';
import { CommanderError } from 'commander';
import { ApiError } from './audit/api-client.ts';
import { UsageError, createCommand } from './cli/arguments.ts';
import { addCapacity } from './cli/capacity.ts';
import { HEAP_GROWTH_PERCENT } from './cli/heap-growth.ts';
import { OutputError, outputFile, refuseUnwritable, writeOutput } from './cli/output-files.ts';
import { withPlan } from './cli/plan-file.ts';
import { planRun } from './cli/plan.ts';
import { NoConnectionError, run, type RunDeps } from './cli/run.ts';
import { addVerify, resumed } from './cli/verify.ts';
import { sharedClock } from './fleet/shared-clock.ts';
import { LedgerFileError } from './ledger/ledger-file.ts';
import { coloured } from './report/colour.ts';
import { renderHtml } from './report/html.ts';
import { exitCodeOfReport } from './report/report.ts';
import { renderReport } from './report/text.ts';

const WRONG_USE = 2;
const KILLED_BY_SIGINT = 130;

spareFullCollections(HEAP_GROWTH_PERCENT);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(KILLED_BY_SIGINT);
    stop.abort();
  });
}

const { stderr } = process;
const deps: RunDeps = {
  clock: sharedClock,
  signal: stop.signal,
  progress: { isTty: stderr.isTTY, columns: () => stderr.columns, write: (text) => stderr.write(text) },
};

const command = createCommand(async (given) => {
  const json = outputFile('--json', given.json);
  const html = outputFile('--html', given.html);
  await refuseUnwritable([json, html]);
  const plan = await resumed(await planRun(given, process.env), given.resume, sharedClock);
  const report = await run(plan, deps);
  const document = (): string => `${JSON.stringify(report, null, 2)}\n`;
  const text = renderReport(report);
  const shown = process.stdout.isTTY && process.stdout.hasColors() ? coloured(text) : text;
  process.stdout.write(given.json === true ? document() : `\n${shown}\n`);
  process.exitCode = exitCodeOfReport(report);
  if (json) await writeOutput(json, document());
  if (html) await writeOutput(html, renderHtml(report));
});
addCapacity(command, deps, process.env);
addVerify(command, deps, process.env);

for (const each of [command, ...command.commands]) {
  each
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'vitalwire-sim: ')) });
}

try {
  await command.parseAsync(withPlan(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; its code for --help is 0.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
  } else if (error instanceof UsageError || error instanceof LedgerFileError) {
    stderr.write(`vitalwire-sim: ${error.message}\n`);
    process.exitCode = WRONG_USE;
  } else if (
    error instanceof NoConnectionError ||
    error instanceof ApiError ||
    error instanceof OutputError
  ) {
    stderr.write(`vitalwire-sim: ${messageOf(error)}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
