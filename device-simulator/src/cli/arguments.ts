import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { SCENARIOS, loadScenario, type ScenarioName } from '../scenarios/scenario.ts';

/** What was asked for on the command line, each value checked by itself. */
export interface Arguments {
  readonly url: string;
  readonly devices: number | undefined;
  readonly rate: number | undefined;
  readonly durationMs: number | undefined;
  readonly scenario: ScenarioName | 'mix' | undefined;
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
  readonly json: boolean;
}

/** The command line is wrong, or what it names cannot be used; the message is one clear line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const DEVICES_MAX = 10_000;
const RATE_MAX = 1_000;
const PROTOCOLS = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
/** A level of an MQTT topic without what means something there. */
const TOPIC_LEVEL = /^[^+#/\s]+$/;

/** The command as commander has it; its action gets the arguments. */
export function createCommand(action: (given: Arguments) => Promise<void>): Command {
  const command = new Command('vitalwire-sim')
    .usage('[options]')
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
    .addOption(
      new Option('--scenario <name>', 'what befalls the patients (default: stable)').choices([
        ...SCENARIOS,
        'mix',
      ]),
    )
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
    .option('--json', 'print the summary as JSON on standard output; progress goes to standard error')
    .addHelpText('after', helpAfter());
  command.action((options: RawOptions) => {
    const { duration: durationMs, region, ...rest } = options;
    return action({
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
      regions: region,
    });
  });
  return command;
}

type RawOptions = Pick<Arguments, 'url' | 'seed' | 'prefix' | 'mode' | 'dataDir'> &
  Partial<
    Pick<Arguments, 'devices' | 'rate' | 'scenario' | 'replay' | 'speed' | 'secret' | 'tokenFile' | 'json'>
  > & {
    readonly duration: number | undefined;
    readonly region: readonly string[];
  };

function helpAfter(): string {
  const scenarios = SCENARIOS.map((name) => `  ${name.padEnd(13)} ${loadScenario(name).description}`);
  return `
Scenarios:
${scenarios.join('\n')}
  mix           seven in ten stable, two desaturate, one septic, begun at different times

Device tokens are signed here with the deployment's secret, taken from --secret, else DEVICE_JWT_SECRET, else --data-dir;
--token-file needs no secret.

Latency is measured from the moment the schedule wanted a reading sent to its PUBACK, and the schedule does not wait for the
server: a stall counts for every reading that it held up (no coordinated omission). A reading that is not acknowledged is kept
and sent again; after an outage the older ones go as a backfill, and their latency is the outage.

Replayed rows carry the time of sending; at --speed 10 eight recorded minutes pass in 48 seconds.

Ctrl-C ends the run with its summary; a second one at once.
Exit code: 0 every reading was acknowledged, 1 one was not, 2 wrong use.

Examples:
  npm run simulate                                           ten stable patients, against npm start beside it
  npm run simulate -- --replay --speed 10                    the recordings that come along, ten times as fast
  npm run simulate -- --replay ./recordings --duration 5m    your own recordings
  npm run simulate -- --scenario mix --devices 200 --duration 10m
  npm run --silent simulate -- --devices 500 --rate 4 --duration 60s --json > summary.json
  npm run simulate -- --url mqtts://gateway.example:8883 --token-file tokens.csv`;
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
