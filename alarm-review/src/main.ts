/** `npm run alarms`: what the alarms asked of the wards (`report`), and what other settings would have (`what-if`). */
import { report, REPORT_USAGE } from './report.ts';
import { whatIf, WHAT_IF_USAGE } from './what-if/command.ts';

const args = process.argv.slice(2);
process.exitCode = await run(args[0]);

async function run(command: string | undefined): Promise<number> {
  if (command === 'report') return report(args);
  if (command === 'what-if') return whatIf(args.slice(1));
  process.stderr.write(`${REPORT_USAGE}\n${WHAT_IF_USAGE}`);
  return 2;
}
