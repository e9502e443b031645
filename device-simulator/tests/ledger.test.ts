/** The ledger against a deployment that lies: every lie must be found, and an honest one believed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createCommand } from '../src/cli/arguments.ts';
import { planRun } from '../src/cli/plan.ts';
import { run } from '../src/cli/run.ts';
import { sharedClock } from '../src/fleet/shared-clock.ts';
import { readAccount } from '../src/ledger/read-account.ts';
import { renderHtml } from '../src/report/html.ts';
import { exitCodeOfReport, type Report } from '../src/report/report.ts';
import { renderReport } from '../src/report/text.ts';
import { eventually } from './support/broker.ts';
import { LIES, startFakeDeployment, type Lie } from './support/fake-deployment.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const SECRET = 'a secret of at least thirty-two characters';
const folder = mkdtempSync(join(tmpdir(), 'vitalwire-ledger-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ALARMS = readFileSync(fileURLToPath(import.meta.resolve('@vitalwire/core/config/alarms.yaml')), 'utf8')
  .replace('critical: 5', 'critical: 0.2')
  .replace('default: 10', 'default: 0.3');
const alarmsFile = join(folder, 'alarms.yaml');
writeFileSync(alarmsFile, ALARMS);
const scenarioFile = join(folder, 'racing.yaml');
writeFileSync(
  scenarioFile,
  `name: racing
description: a heart that races at once
course: { heartbeat: [{ at_s: 0.2, to: baseline }, { at_s: 0.4, to: 180 }] }
expect: [{ alert: high_heartrate, by_s: 1 }]`,
);

async function simulate(mqttUrl: string, apiUrl: string, more: readonly string[] = []): Promise<Report> {
  let report: Report | undefined;
  const command = createCommand(async (given) => {
    const plan = await planRun(given, { STAFF_TOKEN: 'staff' });
    report = await run(plan, {
      clock: sharedClock,
      signal: new AbortController().signal,
      progress: { isTty: false, columns: () => 80, write: () => {} },
    });
  });
  const args = [
    '--url',
    mqttUrl,
    '--api',
    apiUrl,
    '--secret',
    SECRET,
    '--alarms',
    alarmsFile,
    '--scenario',
    scenarioFile,
  ];
  const load = [
    '--devices',
    '3',
    '--rate',
    '25',
    '--duration',
    '1200ms',
    '--settle',
    '6s',
    '--late-after',
    '4s',
  ];
  await command.parseAsync([...args, ...load, ...more], { from: 'user' });
  return report!;
}

const brokenIn = (report: Report): string[] =>
  report.verdict!.promises.filter(({ broken }) => broken > 0).map(({ promise }) => promise);

describe('the ledger', () => {
  it('believes an honest deployment, and says what it looked at', async () => {
    const fake = await startFakeDeployment(ALARMS, () => undefined);
    try {
      const report = await simulate(fake.mqttUrl, fake.apiUrl, [
        '--stations',
        '2',
        '--fault',
        'slow-station:0.5',
        '--slo',
        'lost=0,alert_max<30s,puback_p50>0ms',
        '--late-after',
        '30s',
      ]);
      expect(brokenIn(report)).toEqual([]);
      expect(report.verdict).toMatchObject({
        readings: { made: 90, acknowledged: 90 },
        stores: { expected: 90, found: 90, lost: 0, duplicated: 0, unexplained: 0 },
        alerts: { expected: 3, found: 3, lost: 0, late: 0, doubled: 0, unexplained: 0 },
        out_of_order: 0,
      });
      expect(report.vitals_ms!.p50).toBeGreaterThan(0);
      expect(report.alert_ms!.p50).toBeGreaterThan(0);
      expect(report.alert_ms!.p50).toBeLessThan(30_000);
      expect(report.slo.every(({ is_met }) => is_met)).toBe(true);
      expect(exitCodeOfReport(report)).toBe(0);
      expect(report.ledger).toBeNull();
      expect(report.faults).toEqual({ 'slow-station': 1 });
      const html = renderHtml(report);
      expect(html).toContain('Passed');
      expect(html).not.toMatch(/(src|href)=|<script|https?:\/\/(?!127)/);
      expect(renderReport(report)).toMatch(/Promises +all kept/);
    } finally {
      await fake.stop();
    }
  });

  it('does not begin with a staff token that is refused, and says which option it is', async () => {
    const fake = await startFakeDeployment(ALARMS, () => undefined);
    try {
      await expect(simulate(fake.mqttUrl, fake.apiUrl, ['--token', 'another'])).rejects.toThrow(
        /--api http:.* answered 401: the staff token \(--token, STAFF_TOKEN or --data-dir\)/,
      );
    } finally {
      await fake.stop();
    }
  });

  it('finds out a deployment that lies of each patient in another way, and every lie alone', async () => {
    const patients = LIES.map((_, i) => `P-SIM-${String(i + 1).padStart(4, '0')}`);
    const fake = await startFakeDeployment(ALARMS, (patientId) => LIES[patients.indexOf(patientId)]);
    try {
      const report = await simulate(fake.mqttUrl, fake.apiUrl, ['--devices', String(LIES.length + 1)]);
      expect(report.verdict).toMatchObject({
        stores: { lost: 1, duplicated: 1, unexplained: 1 },
        alerts: { expected: 12, found: 10, lost: 2, late: 1, doubled: 1, unexplained: 1 },
        out_of_order: 3,
      });
      const examples = report.verdict!.promises.flatMap(({ promise, examples }) =>
        promise.includes('stored once') || promise.includes('not measured') ? [] : examples,
      );
      const named = (lie: Lie): string => `SIM-${String(LIES.indexOf(lie) + 1).padStart(4, '0')}`;
      for (const lie of LIES) {
        // What a station finds wrong with an alert names the alert, and with an order no patient: a log is no place for one.
        if (lie === 'leaves out a version' || lie === 'goes back in time') continue;
        expect(examples.join('\n'), lie).toContain(named(lie));
      }
      expect(examples.join('\n')).not.toContain(`SIM-${String(LIES.length + 1).padStart(4, '0')}`);
      expect(examples.join('\n')).toMatch(/shown to no station/);
      expect(exitCodeOfReport(report)).toBe(1);
      expect(renderHtml(report)).toContain('Broken');
      // Evidence is kept.
      expect(existsSync(report.ledger!)).toBe(true);
      rmSync(report.ledger!);
    } finally {
      await fake.stop();
    }
  });

  it('survives a tester without power: it is verified, resumed, and then holds both', async () => {
    const fake = await startFakeDeployment(ALARMS, () => undefined);
    const ledger = join(folder, 'power');
    const common = ['--api', fake.apiUrl];
    const options = [
      '--url',
      fake.mqttUrl,
      ...common,
      '--secret',
      SECRET,
      '--alarms',
      alarmsFile,
      '--devices',
      '3',
      '--rate',
      '25',
      '--settle',
      '3s',
    ];
    const start = (args: readonly string[]) => {
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: { ...process.env, STAFF_TOKEN: 'staff' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let stdout = '';
      child.stdout.on('data', (chunk) => (stdout += chunk));
      const ended = new Promise<{ code: number | null; stdout: string }>((resolve) =>
        child.on('close', (code) => resolve({ code, stdout })),
      );
      return { child, ended };
    };
    try {
      const first = start([...options, '--duration', '60s', '--ledger', ledger]);
      // A process of its own, which takes its time to start on a busy machine.
      await eventually(() => existsSync(ledger) && statSync(ledger).size > 2_000, 90_000);
      first.child.kill('SIGKILL');
      await first.ended;
      const before = await readAccount(ledger);
      const acknowledged = before.devices.reduce((sum, { boots }) => sum + boots[0]!.acknowledged.size, 0);
      expect(acknowledged).toBeGreaterThan(10);
      expect(before.isEnded).toBe(false);

      const verified = await start(['verify', ledger, ...common, '--json']).ended;
      expect(JSON.parse(verified.stdout)).toMatchObject({
        stores: { found: acknowledged, lost: 0 },
        is_kept: true,
      });
      expect(verified.code).toBe(0);

      const second = await start([...options, '--duration', '9s', '--resume', ledger, '--json']).ended;
      const report = JSON.parse(second.stdout) as Report;
      expect(brokenIn(report)).toEqual([]);
      expect(report.verdict!.stores!.found).toBe(acknowledged + report.acknowledged);
      expect((await readAccount(ledger)).bootsAtMs).toHaveLength(2);
      expect(second.code).toBe(0);
    } finally {
      await fake.stop();
    }
  });
});
