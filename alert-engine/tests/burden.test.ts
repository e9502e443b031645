import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlertEngine } from '../src/start.ts';
import { startEngine, tokenFor } from './engine.ts';
import { openPorts } from './ports.ts';
import { conditionRecord, sampleCondition } from './samples.ts';

const CLI = fileURLToPath(new URL('../../alarm-review/src/main.ts', import.meta.url));

let ports: Awaited<ReturnType<typeof openPorts>>;
let engine: AlertEngine;

beforeEach(async () => {
  ports = await openPorts();
  engine = await startEngine(ports);
});
afterEach(async () => {
  await engine.stop();
  await ports.close();
});

it('is read from the audit trail, by the API and by the command', async () => {
  for (let i = 0; i < 12; i++) {
    const patientId = `P${i % 3}`;
    const onsetMs = Date.UTC(2026, 0, 1, 12, i);
    const condition = sampleCondition({ patientId, onsetMs });
    const ended = sampleCondition({ patientId, onsetMs, event: 'ended', revision: 2 });
    await ports.log.append([condition, ended].map(conditionRecord));
  }
  const token = await tokenFor('viewer');
  const url = `http://127.0.0.1:${engine.port}`;
  const report = async (query = '') => {
    const response = await fetch(`${url}/api/reports/alarm-burden${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  await eventually(async () =>
    expect((await report()).body).toMatchObject({
      total: 12,
      beds: 3,
      cleared_unattended: { count: 12, share: 1 },
    }),
  );
  expect((await report('?to=2026-01-02T00:00:00Z')).body).toMatchObject({ total: 0 });
  expect((await report('?region=Midwest')).status).toBe(403);
  expect((await report('?from=2020-01-01T00:00:00Z')).status).toBe(400);
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [CLI, 'report', '--url', url, '--token', token]);
  expect(stdout).toContain('12 alarms on 3 beds');
  const wrong = await run(process.execPath, [CLI, 'reports']).catch(
    (error: { code: number; stderr: string }) => error,
  );
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('usage') });
});
