import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FAULTS, type FaultName } from '../faults/faults.ts';
import { CLIENTS, type ClientName } from '../fleet/load-spec.ts';
import { PHASES_FORMAT, SHAPES, parsePhases, type Phase, type ShapeName } from '../load/shapes.ts';
import { SloError, parseSlo, type Objective } from '../report/slo.ts';
import { SCENARIOS, loadScenario } from '../scenarios/scenario.ts';

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
const PROTOCOLS = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
/** A level of an MQTT topic without what means something there. */
const TOPIC_LEVEL = /^[^+#/\s]+$/;

/** The command as commander has it; its action gets the arguments. */
export function createCommand(action: (given: Arguments) => Promise<void>): Command {
  return describeRun(
    new Command('vitalwire-sim')
      .enablePositionalOptions()
      .usage('[options] | capacity [options] | verify <ledger> [options]'),
    action,
  );
}

/** Gives a command the options of a run. */
export function describeRun(command: Command, action: (given: Arguments) => Promise<void>): Command {
  command
    .description(
      'Simulates bedside devices: publishes vitals over MQTT (QoS 1) until each reading is acknowledged, and reports how that went.',
    )
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
      'how long: 90, 90s, 10m, 2h (default: until Ctrl-C, or the end of the recordings)',
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
    .option(
      '--fault <name[:share]>',
      'a fault at that share of the devices (default: a tenth); repeatable',
      fault,
      [],
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
    .option('--settle <time>', 'what stores and stations may take to catch up at the end', duration, 15_000)
    .option('--late-after <time>', 'an alert later than this is late', duration, 5_000)
    .option(
      '--slo <list>',
      'objectives; one that is not met makes exit code 1: alert_p99<50ms,lost=0',
      slo,
      [],
    )
    .optionsGroup('Who the devices are:')
    .addOption(
      new Option('--region <names>', 'region of the devices; several, separated by commas, in turn')
        .argParser(regions)
        .default(['Northeast'], 'Northeast'),
    )
    .option('--prefix <text>', 'device ids begin with it: SIM-0001', topicLevel, 'SIM')
    .option('--secret <text>', "the deployment's device secret; better given as DEVICE_JWT_SECRET")
    .option(
      '--data-dir <dir>',
      'data directory of an embedded deployment on this machine, for its secret',
      '.data',
    )
    .option('--token-file <file>', 'tokens made elsewhere, a line each: device_id,token')
    .optionsGroup('Output:')
    .option('--json [file]', 'the report as JSON: into a file, or on standard output')
    .option('--html <file>', 'the report as one HTML page with plots that needs nothing else')
    .addHelpText('after', helpAfter());
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

function helpAfter(): string {
  const scenarios = SCENARIOS.map((name) => `  ${name.padEnd(13)} ${loadScenario(name).description}`);
  return `
Scenarios:
${scenarios.join('\n')}
  mix           seven in ten stable, two desaturate, one septic, begun at different times

Faults (docs/load-testing.md): ${FAULTS.join(', ')}, slow-station.

Device tokens are signed here with the deployment's secret, taken from --secret, else DEVICE_JWT_SECRET, else --data-dir;
--token-file needs no secret.

Latency is measured from the moment the schedule wanted a reading sent to its PUBACK, and the schedule does not wait for the
server: a stall counts for every reading that it held up (no coordinated omission). A reading that is not acknowledged is kept
and sent again; after an outage the older ones go as a backfill, and their latency is the outage.

Replayed rows carry the time of sending; at --speed 10 eight recorded minutes pass in 48 seconds.

Ctrl-C ends the run with its summary; a second one at once.
Exit code: 0 every promise was kept and every objective met, 1 one was not or a reading was not acknowledged, 2 wrong use.

Examples:
  npm run simulate                                           ten stable patients, against npm start beside it
  npm run simulate -- --replay --speed 10                    the recordings that come along, ten times as fast
  npm run simulate -- --replay ./recordings --duration 5m    your own recordings
  npm run simulate -- --scenario mix --devices 200 --duration 10m
  npm run --silent simulate -- --devices 500 --rate 4 --duration 60s --json > summary.json
  npm run simulate -- --url mqtts://gateway.example:8883 --token-file tokens.csv
  npm run simulate -- --api http://127.0.0.1:8080 --scenario desaturation --duration 2m --slo 'alert_p99<50ms,lost=0' --html report.html
  npm run simulate -- capacity --devices 200 --slo 'puback_p99<100ms'    the highest rate that meets it`;
}

function scenario(text: string): string {
  const names: readonly string[] = [...SCENARIOS, 'mix'];
  if (!names.includes(text) && !/\.ya?ml$/.test(text)) {
    throw new InvalidArgumentError(`Allowed choices are ${names.join(', ')}, or a file *.yaml.`);
  }
  return text;
}

function mix(text: string): readonly Share<string>[] {
  const shares = text.split(',').map((part) => {
    const [name = '', share = ''] = part.split('=').map((side) => side.trim());
    return { name: scenario(name), share: shareOf(share) };
  });
  const sum = shares.reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > 0.001) throw new InvalidArgumentError(`The shares make ${sum}, not 1.`);
  return shares;
}

function fault(text: string, before: Arguments['faults']): Arguments['faults'] {
  const [name = '', share = '0.1'] = text.split(':');
  const names: readonly string[] = [...FAULTS, 'slow-station'];
  if (!names.includes(name)) throw new InvalidArgumentError(`Allowed choices are ${names.join(', ')}.`);
  const all = [...before, { name: name as FaultName | 'slow-station', share: shareOf(share) }];
  const sum = all.reduce((total, { name, share }) => total + (name === 'slow-station' ? 0 : share), 0);
  if (sum > 1.000_001)
    throw new InvalidArgumentError('A device has one fault at most: the shares make more than 1.');
  return all;
}

function shareOf(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share <= 1))
    throw new InvalidArgumentError(`"${text}" is no share: above 0, at most 1.`);
  return share;
}

function phases(text: string): readonly Phase[] {
  const parsed = parsePhases(text);
  if (typeof parsed === 'string') throw new InvalidArgumentError(parsed);
  return parsed;
}

function slo(text: string): readonly Objective[] {
  try {
    return parseSlo(text);
  } catch (error) {
    if (error instanceof SloError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !['http:', 'https:'].includes(new URL(text).protocol)) {
    throw new InvalidArgumentError('It must be like http://host:8080.');
  }
  return text;
}

function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max || text.trim() === '') {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

function positive(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value > 0 && value <= max)) {
      throw new InvalidArgumentError(`It must be a number above 0, at most ${max}.`);
    }
    return value;
  };
}

function oneOf(text: string, allowed: readonly number[]): number {
  const value = Number(text);
  if (!allowed.includes(value)) {
    throw new InvalidArgumentError(`Allowed choices are ${allowed.join(', ')}.`);
  }
  return value;
}

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text);
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's'] ?? 1_000;
  const ms = Number(match?.[1]) * unitMs;
  if (!(ms > 0)) throw new InvalidArgumentError('It must be a time like 90s, 10m or 2h.');
  return ms;
}

function mqttUrl(text: string): string {
  if (!URL.canParse(text) || !PROTOCOLS.includes(new URL(text).protocol)) {
    throw new InvalidArgumentError('It must be like mqtt://host:1883, mqtts://host:8883 or ws://host/path.');
  }
  return text;
}

function topicLevel(text: string): string {
  if (!TOPIC_LEVEL.test(text)) {
    throw new InvalidArgumentError('It stands in an MQTT topic: no space, "/", "+" or "#".');
  }
  return text;
}

function regions(text: string): readonly string[] {
  return text.split(',').map((region) => topicLevel(region.trim()));
}
