import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import { Command, Option } from 'commander';
import type { FaultName } from '../faults/faults.ts';
import { CLIENTS, type ClientName } from '../fleet/load-spec.ts';
import { PHASES_FORMAT, SHAPES, type Phase, type ShapeName } from '../load/shapes.ts';
import type { Objective } from '../report/slo.ts';
import { helpAfter } from './help-text.ts';
import {
  duration,
  fault,
  httpUrl,
  integer,
  mix,
  mqttUrl,
  oneOf,
  phases,
  positive,
  regions,
  scenario,
  secret,
  slo,
  topicLevel,
} from './option-values.ts';

/** What was asked for on the command line, each value checked by itself. */
export interface Arguments {
  readonly url: string;
  readonly devices: number | undefined;
  readonly rate: number | undefined;
  readonly durationMs: number | undefined;
  /** One of SCENARIOS, `mix`, or a scenario file. */
  readonly scenario: string | undefined;
  /** Shares by scenario; undefined for the usual mix. */
  readonly mix: readonly Share<string>[] | undefined;
  /** A folder, or true for the recordings that come with the simulator. */
  readonly replay: string | true | undefined;
  readonly speed: number | undefined;
  readonly seed: number;
  readonly regions: readonly string[];
  readonly prefix: string;
  readonly mode: Mode;
  readonly secret: string | undefined;
  readonly dataDir: string;
  readonly tokenFile: string | undefined;
  /** A file, or true for standard output. */
  readonly json: string | boolean;
  readonly html: string | undefined;
  readonly client: ClientName | undefined;
  readonly workers: number | undefined;
  /** Closed loop: readings that each device keeps unacknowledged. */
  readonly window: number | undefined;
  readonly shape: ShapeName;
  readonly phases: readonly Phase[] | undefined;
  readonly reconnect: 'backoff' | 'at-once';
  readonly faults: readonly Share<FaultName | 'slow-station'>[];
  readonly api: string | undefined;
  readonly token: string | undefined;
  readonly stations: number | undefined;
  readonly alarms: string | undefined;
  readonly ledger: string | undefined;
  readonly resume: string | undefined;
  readonly settleMs: number;
  readonly lateAfterMs: number;
  readonly slo: readonly Objective[];
}

export interface Share<T extends string> {
  readonly name: T;
  /** Of all devices, 0 to 1. */
  readonly share: number;
}

/** The command line is wrong, or what it names cannot be used; the message is one clear line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const DEVICES_MAX = 20_000;
const RATE_MAX = 1_000;
export const STAFF_TOKEN_VARIABLE = 'STAFF_TOKEN';

/** The command as commander has it; its action gets the arguments. */
export function createCommand(action: (given: Arguments) => Promise<void>): Command {
  return describeRun(
    new Command('vitalwire-sim')
      .description(
        'Simulates bedside devices: publishes vitals over MQTT (QoS 1) until each reading is acknowledged, and reports how that went.',
      )
      .enablePositionalOptions()
      .usage('[options] | capacity [options] | verify <ledger> [options]')
      .hook('preSubcommand', refuseOptionsBefore),
    action,
  ).addHelpText('after', helpAfter());
}

/** What stands before a subcommand would be the run's, and be forgotten without a word. */
function refuseOptionsBefore(command: Command, subcommand: Command): void {
  const given = command.options.find(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given)
    throw new UsageError(`${given.long} stands before ${subcommand.name()}: its options come after it`);
}

/** Gives a command the options of a run. */
export function describeRun(command: Command, action: (given: Arguments) => Promise<void>): Command {
  command
    .helpOption('-h, --help', 'show this help')
    .optionsGroup('Where to:')
    .option('--url <url>', 'the gateway', mqttUrl, 'mqtt://127.0.0.1:1883')
    .optionsGroup('What to send:')
    .option(
      '--devices <n>',
      'number of devices (default: 10; with --replay, one a recording)',
      integer(1, DEVICES_MAX),
    )
    .option('--rate <n>', 'readings a second of each device (default: 1)', positive(RATE_MAX))
    .option(
      '--duration <time>',
      'how long: 90, 90s, 10m, 2h (default: until Ctrl-C, or the end of the recordings; soak: 1h)',
      duration,
    )
    .option(
      '--scenario <name>',
      'what befalls the patients: a name below, mix, or a file *.yaml (default: stable)',
      scenario,
    )
    .option('--mix <shares>', 'scenarios with their shares: stable=0.7,sepsis=0.3', mix)
    .option(
      '--replay [dir]',
      'play recordings (*_Numerics.csv) instead; without DIR, the ten that come along',
    )
    .addOption(
      new Option('--speed <n>', 'with --replay: recorded seconds a second')
        .choices(['1', '10', '60'])
        .argParser((text) => oneOf(text, [1, 10, 60])),
    )
    .option('--seed <n>', 'the same seed makes the same patients', integer(0, 2 ** 32 - 1), 1)
    .addOption(
      new Option('--mode <mode>', 'what the readings say they are; only real ones page anyone')
        .choices(['test', 'demo', 'real'])
        .default('test'),
    )
    .optionsGroup('How the load goes:')
    .option('--plan <file>', 'all of these options from a YAML file; what stands on the command line wins')
    .addOption(
      new Option('--shape <name>', 'how the rate goes over the duration').choices(SHAPES).default('constant'),
    )
    .option('--phases <list>', `the rate by stretches: ${PHASES_FORMAT}`, phases)
    .option(
      '--window <n>',
      'closed loop: each device keeps N readings unacknowledged; finds the maximum',
      integer(1, 1_000),
    )
    .addOption(
      new Option('--reconnect <how>', 'after a loss: with backoff and jitter, or all at once')
        .choices(['backoff', 'at-once'])
        .default('backoff'),
    )
    .addOption(
      new Option(
        '--fault <name[:share]>',
        'a fault at that share of the devices (default: a tenth); repeatable',
      )
        .argParser(fault)
        .default([], 'none'),
    )
    .addOption(
      new Option('--client <name>', 'what speaks MQTT (default: lean; mqttjs for ws: and wss:)').choices(
        CLIENTS,
      ),
    )
    .option('--workers <n>', 'threads (default: by the load)', integer(1, 64))
    .optionsGroup('What is held against the deployment:')
    .option('--api <url>', 'its HTTP address: stations, stores and alerts are checked through it', httpUrl)
    .option('--token <jwt>', `a staff token for it; better given as ${STAFF_TOKEN_VARIABLE}`)
    .option(
      '--stations <n>',
      'nurse stations that watch, by region in turn (default: 1 with --api)',
      integer(0, 5_000),
    )
    .option('--alarms <file>', "the deployment's alarm settings (default: those that come with Vitalwire)")
    .option(
      '--ledger <file>',
      'keep the ledger there (default: beside the temporary files, kept if a promise was broken)',
    )
    .option('--resume <file>', 'go on with a ledger whose tester ended early, with what it was asked for')
    .addOption(settleOption())
    .addOption(lateAfterOption())
    .addOption(
      new Option(
        '--slo <list>',
        'objectives; one that is not met makes exit code 1: alert_p99<50ms,lost=0 (see docs/load-testing.md)',
      )
        .argParser(slo)
        .default([], 'none'),
    )
    .optionsGroup('Who the devices are:')
    .addOption(
      new Option('--region <names>', 'region of the devices; several, separated by commas, in turn')
        .argParser(regions)
        .default(['Northeast'], 'Northeast'),
    )
    .option('--prefix <text>', 'device ids begin with it: SIM-0001', topicLevel, 'SIM')
    .option('--secret <text>', "the deployment's device secret; better given as DEVICE_JWT_SECRET", secret)
    .option(
      '--data-dir <dir>',
      'data directory of an embedded deployment on this machine, for its secret',
      '.data',
    )
    .option('--token-file <file>', 'tokens made elsewhere, a line each: device_id,token')
    .optionsGroup('Output:')
    .option('--json [file]', 'the report as JSON: into a file, or on standard output')
    .option('--html <file>', 'the report as one HTML page with plots that needs nothing else');
  command.action((options: RawOptions) => {
    const {
      duration: durationMs,
      region,
      settle: settleMs,
      lateAfter: lateAfterMs,
      fault: faults,
      ...rest
    } = options;
    return action({
      mix: undefined,
      html: undefined,
      client: undefined,
      workers: undefined,
      window: undefined,
      phases: undefined,
      api: undefined,
      token: undefined,
      stations: undefined,
      alarms: undefined,
      ledger: undefined,
      resume: undefined,
      devices: undefined,
      rate: undefined,
      scenario: undefined,
      replay: undefined,
      speed: undefined,
      secret: undefined,
      json: false,
      tokenFile: undefined,
      ...rest,
      durationMs,
      settleMs,
      lateAfterMs,
      faults,
      regions: region,
    });
  });
  return command;
}

export const settleOption = (): Option =>
  new Option('--settle <time>', 'what stores and stations may take to catch up at the end')
    .argParser(duration)
    .default(15_000, '15s');

export const lateAfterOption = (): Option =>
  new Option('--late-after <time>', 'an alert later than this is late')
    .argParser(duration)
    .default(5_000, '5s');

type RawOptions = Pick<
  Arguments,
  'url' | 'seed' | 'prefix' | 'mode' | 'dataDir' | 'shape' | 'reconnect' | 'slo'
> &
  Partial<Omit<Arguments, 'durationMs' | 'regions' | 'settleMs' | 'lateAfterMs' | 'faults'>> & {
    readonly settle: number;
    readonly lateAfter: number;
    readonly fault: Arguments['faults'];
    readonly duration: number | undefined;
    readonly region: readonly string[];
  };
