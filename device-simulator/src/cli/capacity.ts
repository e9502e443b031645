import type { Command } from 'commander';
import { judgeProbe, searchKnee, type Probe } from '../load/knee.ts';
import { exitCodeOfReport, type Report } from '../report/report.ts';
import { formatMs, formatRate } from '../report/text.ts';
import { segmentsOf } from '../load/shapes.ts';
import { parseSlo } from '../report/slo.ts';
import { newBootId } from '../fleet/boot-id.ts';
import { describeRun, UsageError } from './arguments.ts';
import { outputFile, refuseUnwritable, writeOutput } from './output-files.ts';
import { planRun } from './plan.ts';
import { run, type RunDeps } from './run.ts';

const DEFAULT_STEP_MS = 10_000;
const DEFAULT_SLO = 'puback_p99<100ms';
const PAUSE_MS = 1_000;

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
    const probe = async (rate: number): Promise<Probe> => {
      const report = await run(
        {
          ...base,
          slo,
          load: {
            ...base.load,
            bootId: newBootId(),
            segments: segmentsOf([{ durationMs, from: rate / devices, to: rate / devices }], devices),
          },
        },
        { ...deps, progress: { ...deps.progress, isTty: false, write: () => {} } },
      );
      reports.push(report);
      const judged = judgeProbe(
        rate,
        report.rate_acknowledged,
        exitCodeOfReport(report) === 0,
        report.slo,
        report.schedule_late_ms?.p99,
      );
      deps.progress.write(`${probeLine(judged, report)}\n`);
      await deps.clock.sleep(PAUSE_MS, deps.signal);
      return judged;
    };
    deps.progress.write(
      `${base.title}: ${devices} devices, ${slo.map(({ text }) => text).join(', ')}, ${durationMs / 1_000} s a probe\n`,
    );
    const knee = await searchKnee({ min, max, precision, isAborted: () => deps.signal.aborted }, probe);
    const document = `${JSON.stringify({ knee: knee ?? null, probes: reports }, null, 2)}\n`;
    if (json) await writeOutput(json, document);
    if (given.json === true) process.stdout.write(document);
    else {
      process.stdout.write(
        knee
          ? `\nThe knee is at ${formatRate(knee.met)}: the highest rate that met ${slo.map(({ text }) => text).join(', ')}` +
              `${knee.missed === undefined ? `, and --max` : `; ${formatRate(knee.missed)} did not (${knee.why})`}.\n`
          : `\nNot even ${formatRate(min)} met ${slo.map(({ text }) => text).join(', ')}.\n`,
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

function probeLine({ rate, isMet, why }: Probe, report: Report): string {
  const latency = report.puback_ms
    ? `PUBACK p50 ${formatMs(report.puback_ms.p50)}  p99 ${formatMs(report.puback_ms.p99)}`
    : 'no PUBACK';
  const alert = report.alert_ms ? `  alert p99 ${formatMs(report.alert_ms.p99)}` : '';
  return `  ${formatRate(rate).padStart(10)}  ${isMet ? 'met   ' : 'MISSED'}  acknowledged ${formatRate(report.rate_acknowledged).padStart(10)}  ${latency}${alert}${isMet ? '' : `  (${why})`}`;
}
