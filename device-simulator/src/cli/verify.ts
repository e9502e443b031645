import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Command } from 'commander';
import { apiClient } from '../audit/api-client.ts';
import { auditStores } from '../audit/store-audit.ts';
import { addStoredAlerts } from '../audit/stored-alerts.ts';
import { readAccount } from '../ledger/read-account.ts';
import { judge } from '../ledger/verdict.ts';
import { renderVerdict } from '../report/text.ts';
import { STAFF_TOKEN_VARIABLE, UsageError, lateAfterOption, settleOption } from './arguments.ts';
import { httpUrl } from './option-values.ts';
import type { Plan } from './plan.ts';
import type { RunDeps } from './run.ts';
import { staffToken } from './credentials.ts';

interface VerifyOptions {
  readonly api: string;
  readonly token?: string;
  readonly dataDir: string;
  readonly settle: number;
  readonly lateAfter: number;
  readonly json?: boolean;
}

/** `verify <ledger>`: holds a ledger that exists against the deployment, without sending anything. */
export function addVerify(
  command: Command,
  { clock, progress }: Pick<RunDeps, 'clock' | 'progress'>,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  command
    .command('verify <ledger>')
    .description(
      'Looks for everything that a ledger holds, also one whose tester ended early, in the deployment.',
    )
    .requiredOption('--api <url>', 'the HTTP address of the deployment', httpUrl)
    .option('--token <jwt>', `a staff token for it; better given as ${STAFF_TOKEN_VARIABLE}`)
    .option(
      '--data-dir <dir>',
      'data directory of an embedded deployment on this machine, for its secret',
      '.data',
    )
    .addOption(settleOption())
    .addOption(lateAfterOption())
    .option('--json', 'the verdict as JSON, on standard output')
    .action(async (path: string, options: VerifyOptions) => {
      const account = await readAccount(path);
      if (!account.run) throw new UsageError(`${path} ends before its run began`);
      const regions = account.devices.map(({ spec }) => spec.region);
      const token = await staffToken(
        { token: options.token, dataDir: options.dataDir },
        regions,
        environment,
      );
      const api = apiClient(options.api, token, clock);
      const mayEndEarly = !account.isEnded;
      if (mayEndEarly)
        progress.write('the tester ended early: what it wrote last may be missing from the ledger\n');
      const stores = await auditStores({
        path,
        account,
        api,
        clock,
        settleMs: options.settle,
        mayEndEarly,
        onProgress: () => {},
      });
      await addStoredAlerts(account, api);
      const lastMs = Math.max(...account.devices.map(({ lastMeasuredMs }) => lastMeasuredMs));
      const verdict = judge(account, {
        stores,
        sees: 'api',
        lateAfterMs: options.lateAfter,
        ranMs: lastMs - account.run.started_at_ms,
      });
      process.stdout.write(
        options.json ? `${JSON.stringify(verdict, null, 2)}\n` : `${renderVerdict(verdict)}\n`,
      );
      process.exitCode = verdict.is_kept ? 0 : 1;
    });
}

/**
 * The plan as it goes on with a ledger: the patients where they were, for the time that remains. What the ledger holds and what comes now are
 * judged together at the end.
 * @throws UsageError where it is another run's ledger
 */
export async function resumed(plan: Plan, path: string | undefined, clock: Clock): Promise<Plan> {
  if (path === undefined) return plan;
  const account = await readAccount(path);
  if (!account.run) throw new UsageError(`${path} ends before its run began`);
  const [before, now] = [
    account.devices.map(({ spec }) => spec.device_id),
    plan.devices.map(({ device_id: id }) => id),
  ];
  if (before.join() !== now.join())
    throw new UsageError(`${path} is of ${before.length} other devices: give the options it was begun with`);
  const passedMs = clock.now() - account.run.started_at_ms;
  const segments = plan.load.segments.map((segment) => ({ ...segment }));
  let skipMs = passedMs;
  while (segments.length > 0 && segments[0]!.durationMs <= skipMs) skipMs -= segments.shift()!.durationMs;
  const first = segments[0];
  if (first) {
    const fromPerS = Number.isFinite(first.durationMs)
      ? first.fromPerS + ((first.toPerS - first.fromPerS) * skipMs) / first.durationMs
      : first.fromPerS;
    segments[0] = { durationMs: first.durationMs - skipMs, fromPerS, toPerS: first.toPerS };
  }
  return {
    ...plan,
    title: `${plan.title}, resumed`,
    ledger: path,
    resumes: true,
    // Nothing remains to be sent: then the run is its verdict.
    load: {
      ...plan.load,
      segments: segments.length > 0 ? segments : [{ durationMs: 0, fromPerS: 0, toPerS: 0 }],
      patientStartS: passedMs / 1_000,
    },
  };
}
