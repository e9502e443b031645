/** The command as people run it: a child process, its output and its exit code. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signDeviceToken, verifyDeviceToken } from '@vitalwire/core/identity/token.ts';
import { createCommand } from '../src/cli/arguments.ts';
import { planRun } from '../src/cli/plan.ts';
import type { Summary } from '../src/report/summary.ts';
import { eventually, startBroker, type TestBroker } from './support/broker.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const SECRET = 'a secret of at least thirty-two characters';
const PATIENCE_MS = 60_000;
const scratch = mkdtempSync(join(tmpdir(), 'vitalwire-sim-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], environment: Record<string, string> = {}) {
  const { DEVICE_JWT_SECRET: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...inherited, ...environment },
    cwd: scratch,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

const simulate = (args: readonly string[], environment?: Record<string, string>): Promise<Ended> =>
  start(args, environment).ended;

/** What the command makes of its arguments, in this process. */
async function plan(args: readonly string[]): Promise<unknown> {
  const command = createCommand(async (given) => void (await planRun(given, {})));
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(args, { from: 'user' });
}

describe('wrong use says what is wrong', () => {
  const badTokens = join(scratch, 'bad.csv');
  const goodTokens = join(scratch, 'good.csv');
  // Once: the tests run side by side, and one would read what another has just begun to write.
  beforeAll(async () => {
    writeFileSync(badTokens, 'D1,nonsense\n');
    writeFileSync(goodTokens, `D1,${await signDeviceToken({ deviceId: 'D1', region: 'West' }, SECRET)}\n`);
  });
  it.concurrent.each([
    [['--colour'], /unknown option '--colour'/],
    [['--devices', '0'], /whole number from 1 to 20000/],
    [['--rate', 'fast'], /above 0/],
    [['--duration', 'soon'], /time like 90s/],
    [['--url', 'http://x'], /like mqtt:\/\/host/],
    [['--scenario', 'plague'], /Allowed choices are stable, desaturation, sepsis, .*mix, or a file/],
    [['--speed', '10'], /--speed goes with --replay/],
    [['--replay', '--speed', '7'], /Allowed choices are 1, 10, 60/],
    [['--replay', '--rate', '2'], /--rate does not go with --replay/],
    [['--replay', '--scenario', 'mix'], /--scenario does not go with --replay/],
    [['--replay', scratch, '--secret', SECRET], /holds no \*_Numerics\.csv/],
    [['--region', 'a/b'], /no space/],
    [['--mix', 'stable'], /'--mix <shares>'.* "stable" is not like stable=0\.7/],
    [['--secret', 'short'], /'--secret <text>'.* at least 32 characters/],
    [['--scenario', 'none.yaml'], /--scenario none\.yaml: ENOENT/],
    [['--alarms', join(scratch, 'none')], /--alarms .*none: ENOENT/],
    [['--replay', join(scratch, 'nowhere')], /--replay: cannot read .*nowhere/],
    [['--shape', 'storm'], /--shape storm needs a --duration/],
    [['--window', '5', '--shape', 'ramp', '--duration', '9s'], /--shape and --phases do not go with it/],
    [['--token-file', badTokens], /bad\.csv line 1: the token of D1 is not a JWT/],
    [['--token-file', goodTokens, '--devices', '2'], /--devices 2, but .*good\.csv holds 1 token/],
    [['--token-file', join(scratch, 'none.csv')], /--token-file .*none\.csv: ENOENT/],
  ])('%j', async (args, message) => {
    await expect(plan(args)).rejects.toThrow(message);
  });

  it.concurrent.each([
    [['--colour'], /unknown option '--colour'/],
    [['--html', 'none/report.html'], /--html none\/report\.html: there is no folder none/],
    [['capacity', '--html', 'x.html'], /--html is a report of one run/],
    [['--devices', '5', 'capacity'], /--devices stands before capacity: its options come after it/],
    [
      ['--data-dir', 'none'],
      /no device secret: none\/secrets\.json does not exist\. Start the deployment first/,
    ],
  ])('in one line on standard error, with exit code 2: %j', async (args, message) => {
    const { code, stdout, stderr } = await simulate(args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^vitalwire-sim: [^\n]*\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

it.concurrent('--help tells what it does, how latency is measured, and gives examples', async () => {
  const { code, stdout } = await simulate(['--help']);
  expect(code).toBe(0);
  for (const part of ['coordinated omission', 'Exit code', 'Examples:', 'npm run simulate', 'desaturation']) {
    expect(stdout).toContain(part);
  }
});

it.concurrent('a gateway that is not there is one line and exit code 1', async () => {
  const { code, stderr } = await simulate(['--url', 'mqtt://127.0.0.1:1', '--secret', SECRET]);
  expect(stderr).toMatch(/no device could connect to mqtt:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  expect(code).toBe(1);
});

describe('against a broker', () => {
  let broker: TestBroker;
  beforeEach(async () => {
    broker = await startBroker();
  });
  afterEach(() => broker.stop());

  it('plays a folder of recordings to its end, every row once, and sums up as JSON', async () => {
    const folder = mkdtempSync(join(scratch, 'recordings-'));
    writeFileSync(
      join(folder, 'a_Numerics.csv'),
      'Time [s], HR, PULSE, RESP, SpO2\n0,60,0,10,97\n1,NaN,0,NaN,NaN\n2,62,0,12,98\n',
    );
    const { code, stdout, stderr } = await simulate(
      ['--url', broker.url, '--replay', folder, '--speed', '10', '--json'],
      { DEVICE_JWT_SECRET: SECRET },
    );
    const summary = JSON.parse(stdout) as Summary;
    expect(summary).toMatchObject({
      devices: 1,
      made: 2,
      sent: 2,
      acknowledged: 2,
      resent: 0,
      unacknowledged: 0,
    });
    expect(summary.puback_ms?.p50).toBeGreaterThan(0);
    expect(broker.live().map(({ vitals }) => vitals.heartbeat)).toEqual([60, 62]);
    expect(stderr).toContain('replay at 10x');
    expect(code).toBe(0);
  });

  it('a closed loop sends readings as good as those of a schedule, for as long as it is asked to', async () => {
    const load = ['--devices', '2', '--window', '3', '--duration', '1s', '--secret', SECRET, '--json'];
    const { code, stdout } = await simulate(['--url', broker.url, ...load]);
    const { acknowledged, duration_s: durationS } = JSON.parse(stdout) as Summary;
    expect(acknowledged).toBeGreaterThan(6);
    // Timers may be a millisecond early, and the figure is rounded.
    expect(durationS).toBeGreaterThan(0.95);
    const wrong = broker.live().filter(({ vitals }) => !(vitals.heartbeat! > 20));
    expect(wrong).toEqual([]);
    expect(code).toBe(0);
  });

  it('sends nothing to a deployment whose API does not answer: nobody could say what became of it', async () => {
    const api = ['--api', 'http://127.0.0.1:2', '--token', 'staff', '--secret', SECRET];
    const { code, stderr } = await simulate(['--url', broker.url, ...api, '--duration', '1s']);
    expect(stderr).toMatch(/^vitalwire-sim: --api http:\/\/127\.0\.0\.1:2: .*ECONNREFUSED/m);
    expect(code).toBe(1);
    expect(broker.arrivals).toEqual([]);
  });

  it('signs tokens with the secret of the embedded deployment, and spreads devices over regions', async () => {
    writeFileSync(join(scratch, 'secrets.json'), JSON.stringify({ device: SECRET, staff: 'other' }));
    const args = ['--devices', '2', '--region', 'West,Midwest', '--prefix', 'X', '--duration', '1s'];
    const { code } = await simulate(['--url', broker.url, '--data-dir', scratch, ...args]);
    expect(code).toBe(0);
    const identities = await Promise.all(
      broker.connects.map(({ password }) => verifyDeviceToken(password, SECRET, Date.now())),
    );
    expect(identities).toEqual(
      expect.arrayContaining([
        { deviceId: 'X-0001', region: 'West' },
        { deviceId: 'X-0002', region: 'Midwest' },
      ]),
    );
    expect(
      broker.arrivals.every(({ topic }) => /^vitals\/v1\/(West\/X-0001|Midwest\/X-0002)\//.test(topic)),
    ).toBe(true);
  });

  it('takes tokens made elsewhere, with the region they name', async () => {
    const file = join(scratch, 'tokens.csv');
    const token = await signDeviceToken({ deviceId: 'MON-9', region: 'West' }, SECRET);
    writeFileSync(file, `# made elsewhere\nMON-9,${token}\n`);
    const { code } = await simulate(['--url', broker.url, '--token-file', file, '--duration', '1s']);
    expect(code).toBe(0);
    expect(broker.connects).toEqual([{ id: 'MON-9', username: 'MON-9', password: token }]);
    expect(broker.live()[0]).toMatchObject({ region: 'West', deviceId: 'MON-9' });
  });

  it('Ctrl-C ends the run with its summary', async () => {
    const { child, ended } = start([
      '--url',
      broker.url,
      '--secret',
      SECRET,
      '--devices',
      '3',
      '--rate',
      '20',
    ]);
    // A process of its own, which takes its time to start on a busy machine.
    await eventually(() => broker.live().length >= 10, PATIENCE_MS);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(stdout).toMatch(/^latency +p50 +p90 +p99 +p99\.9 +max\nPUBACK( +[\d.]+ (µs|ms|s)){5}$/m);
    expect(Number(/^acknowledged +(\d+)$/m.exec(stdout)?.[1])).toBeGreaterThanOrEqual(10);
    expect(code).toBe(0);
  });

  it('a reading that is never acknowledged is said and makes exit code 1', async () => {
    broker.withholdAcknowledgements = true;
    const { child, ended } = start([
      '--url',
      broker.url,
      '--secret',
      SECRET,
      '--devices',
      '1',
      '--duration',
      '1h',
    ]);
    await eventually(() => broker.live().length >= 1, PATIENCE_MS);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(stdout).toMatch(/^UNACKNOWLEDGED +[1-9]/m);
    expect(code).toBe(1);
  });
});
