import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestDeployment, type TestDeployment } from './support/deployment.ts';
import { plainDevice } from './support/plain-client.ts';

const MAIN = fileURLToPath(new URL('../../../alarm-review/src/main.ts', import.meta.url));
const DEFAULTS = fileURLToPath(new URL('../../../core/config/alarms.yaml', import.meta.url));
const SECONDS = 120;

let deployment: TestDeployment;
let range: readonly string[];

beforeAll(async () => {
  deployment = await startTestDeployment();
  const endMs = Math.floor(Date.now() / 1000) * 1000;
  const startMs = endMs - SECONDS * 1000;
  range = ['--from', new Date(startMs).toISOString(), '--to', new Date(endMs + 1000).toISOString()];
  const device = await plainDevice(deployment, 'MON-1', 'P1');
  await Promise.all(
    Array.from({ length: SECONDS }, (_, second) =>
      // Low for 40 s, and once for 5 s, which a delay of 15 s lets pass.
      device.publish(startMs + second * 1000, {
        oxygen_saturation: (second >= 20 && second < 60) || (second >= 90 && second < 95) ? 86 : 97,
      }),
    ),
  );
  await device.close();
  await eventually(
    () => deployment.get<{ points: unknown[] }>(`/api/patients/P1/vitals?resolution=raw`),
    ({ points }) => points.length >= SECONDS,
  );
});
afterAll(() => deployment.stop());

async function whatIf(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const all = ['what-if', '--settings', DEFAULTS, '--url', deployment.httpUrl, ...range, ...args];
  const env = { ...process.env, VITALWIRE_TOKEN: await deployment.staffToken('viewer') };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...all], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

it('replays what is stored, by the API of a Vitalwire that runs', async () => {
  const { code, stdout, stderr } = await whatIf('--against', 'naive', '--json', '--patient', 'P1');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    beds: 1,
    against: { byType: { low_oxygen_saturation: 2 } },
    settings: { byType: { low_oxygen_saturation: 1 }, missed: 0 },
  });
  expect((await whatIf('--json')).stdout).toContain('"beds": 1');
});

it('a patient whom nobody knows is said so, and nothing is replayed', async () => {
  expect(await whatIf('--patient', 'P404')).toEqual({
    code: 2,
    stdout: '',
    stderr: `--patient: ${deployment.httpUrl} has no patient P404\n`,
  });
});
