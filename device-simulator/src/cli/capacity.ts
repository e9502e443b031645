import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { confirmed, judgeProbe, searchKnee, type Knee, type Probe } from '../load/knee.ts';
import { exitCodeOfReport, type Report } from '../report/report.ts';
import { formatMs, formatRate } from '../report/text.ts';
import { segmentsOf } from '../load/shapes.ts';
import { parseSlo } from '../report/slo.ts';
import { newBootId } from '../fleet/boot-id.ts';
import { workersFor } from '../fleet/sharded-fleet.ts';
import { describeRun, UsageError } from './arguments.ts';
import { outputFile, refuseUnwritable, writeOutput } from './output-files.ts';
import { planRun } from './plan.ts';
import { run, type RunDeps } from './run.ts';

const DEFAULT_STEP_MS = 10_000;
const DEFAULT_SLO = 'puback_p99<100ms';
/** Between two probes; longer after one that missed, for what it left undone is not the next one's. */
const PAUSE_MS = 1_000;
const PAUSE_AFTER_MISS_MS = 5_000;
/** A server that has just been started compiles its code, and its first probe would be of that. */
const WARM_UP_MS = 5_000;

const DEFAULT_DEVICES = 200;
/** Options of a run that mean nothing to a search, and are refused. */
const NOT_OF_CAPACITY: ReadonlySet<string> = new Set([
  'rate',
  'shape',
  'phases',
  'window',
  'ledger',
  'resume',
  'html',
]);

interface CapacityOptions {
  readonly min: number;
  readonly max: number;
  readonly precision: number;
}

/** `capacity`: the highest rate that meets the objectives, by bisection. */
export function addCapacity(
  command: Command,
  deps: RunDeps,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const capacity = command
    .command('capacity')
    .description(
      `Finds the highest rate that meets --slo (default: ${DEFAULT_SLO}), each tried for --duration (default: 10s), by bisection.`,
    )
    .optionsGroup('What is sought:')
    .option('--min <n>', 'lowest rate tried, readings a second of all devices', Number, 500)
    .option('--max <n>', 'highest rate tried', Number, 50_000)
    .option('--precision <share>', 'how close the answer has to be', Number, 0.05);
  describeRun(capacity, async (given) => {
    const { min, max, precision } = capacity.opts<CapacityOptions>();
    if (!(min > 0 && max > min)) throw new UsageError('--min must be above 0 and below --max');
    if (!(precision > 0 && precision < 1)) throw new UsageError('--precision is a share between 0 and 1');
    if (
      given.rate !== undefined ||
      given.window !== undefined ||
      given.phases !== undefined ||
      given.shape !== 'constant'
    ) {
      throw new UsageError(
        'capacity chooses the rate itself: --rate, --shape, --phases and --window do not go with it',
      );
    }
    if (given.ledger !== undefined || given.resume !== undefined) {
      throw new UsageError('capacity keeps no ledger: --ledger and --resume do not go with it');
    }
    if (given.html !== undefined) {
      throw new UsageError('--html is a report of one run: capacity makes many, see --json');
    }
    const json = outputFile('--json', given.json);
    await refuseUnwritable([json]);
    const durationMs = given.durationMs ?? DEFAULT_STEP_MS;
    const slo = given.slo.length > 0 ? given.slo : parseSlo(DEFAULT_SLO);
    const base = await planRun(
      { ...given, durationMs, devices: given.devices ?? DEFAULT_DEVICES },
      environment,
    );
    const devices = base.load.devices.length;
    const reports: Report[] = [];
    const load = (rate: number, forMs: number): Promise<Report> =>
      run(
        {
          ...base,
          slo,
          workers: given.workers ?? workersFor(devices, rate, availableParallelism()),
          load: {
            ...base.load,
            bootId: newBootId(),
            segments: segmentsOf([{ durationMs: forMs, from: rate / devices, to: rate / devices }], devices),
          },
        },
        { ...deps, progress: { ...deps.progress, isTty: false, write: () => {} } },
      );
    const { isTty } = deps.progress;
    const probe = async (rate: number): Promise<Probe> => {
      if (isTty) deps.progress.write(`  ${formatRate(rate).padStart(10)}  …`);
      const report = await load(rate, durationMs);
      reports.push(report);
      const judged = judgeProbe(
        rate,
        report.rate_acknowledged,
        exitCodeOfReport(report) === 0,
        report.slo,
        report.schedule_late_ms?.p99,
      );
      deps.progress.write(`${isTty ? '\r\u001B[2K' : ''}${probeLine(judged, report)}\n`);
      await deps.clock.sleep(judged.isMet ? PAUSE_MS : PAUSE_AFTER_MISS_MS, deps.signal);
      return judged;
    };
    deps.progress.write(
      `${base.title}: ${devices} devices, ${slo.map(({ text }) => text).join(', ')}, ${durationMs / 1_000} s a probe\n`,
    );
    await load(min, Math.min(durationMs, WARM_UP_MS));
    const isAborted = (): boolean => deps.signal.aborted;
    const knee = await searchKnee({ min, max, precision, isAborted }, (rate) => confirmed(rate, probe));
    const document = `${JSON.stringify({ knee: knee ?? null, probes: reports }, null, 2)}\n`;
    if (json) await writeOutput(json, document);
    if (given.json === true) process.stdout.write(document);
    else {
      const objectives = slo.map(({ text }) => text).join(', ');
      process.stdout.write(
        knee
          ? `\n${kneeLine(knee, objectives, isAborted())}\n`
          : `\n${isAborted() ? 'Ended before any rate' : `Not even ${formatRate(min)}`} met ${objectives}.\n`,
      );
    }
    process.exitCode = knee ? 0 : 1;
  });
  for (const option of capacity.options) {
    if (NOT_OF_CAPACITY.has(option.attributeName())) option.hideHelp();
    if (option.attributeName() === 'devices')
      option.description = `number of devices (default: ${DEFAULT_DEVICES})`;
    if (option.attributeName() === 'duration')
      option.description = 'how long each rate is tried (default: 10s)';
    if (option.attributeName() === 'slo')
      option.description = `objectives that the rate must meet (default: ${DEFAULT_SLO})`;
  }
}

/** What was found, and what ended the search. */
function kneeLine({ met, missed }: Knee, objectives: string, wasAborted: boolean): string {
  if (wasAborted) return `Ended early: ${formatRate(met)} met ${objectives}, and the knee is above.`;
  if (missed === undefined)
    return `The knee is not below --max: ${formatRate(met)} met ${objectives}. A higher --max may find it.`;
  const first = `The knee is at ${formatRate(met)}: the highest rate that met ${objectives}; ${formatRate(missed.rate)} did not (${missed.why}).`;
  return missed.isTestersOwn
    ? `${first}\nThat is the knee of this tester on this machine, not of the server: more --workers, or another machine for the tester.`
    : first;
}

function probeLine({ rate, isMet, why }: Probe, report: Report): string {
  const latency = report.puback_ms
    ? `PUBACK p50 ${formatMs(report.puback_ms.p50)}  p99 ${formatMs(report.puback_ms.p99)}`
    : 'no PUBACK';
  const alert = report.alert_ms ? `  alert p99 ${formatMs(report.alert_ms.p99)}` : '';
  return `  ${formatRate(rate).padStart(10)}  ${isMet ? 'met   ' : 'MISSED'}  acknowledged ${formatRate(report.rate_acknowledged).padStart(10)}  ${latency}${alert}${isMet ? '' : `  (${why})`}`;
}
