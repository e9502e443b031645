import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RawPoint } from '../../ports/time-series.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { SeverableProxy } from '../../testing/severable-proxy.ts';
import { NO_MARKS } from '../../vitals/reading.ts';
import { noVitals } from '../../vitals/vital.ts';
import { ensureBuckets } from './buckets.ts';
import { testDeps, testInflux } from './influx-harness.ts';
import { openInfluxTimeSeries } from './time-series.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const points = (patientId: string, count: number, startMs = Date.now() - HOUR_MS): RawPoint[] =>
  Array.from({ length: count }, (_, i) => ({
    patientId,
    deviceId: 'D1',
    region: 'Northeast',
    atMs: startMs + i,
    vitals: { ...noVitals(), heartbeat: 60 + (i % 40) },
    validity: NO_MARKS,
    mode: 'test',
    clockCorrectionMs: 0,
  }));
const range = (patientId: string, limit = 100_000) => ({
  patientId,
  fromMs: Date.now() - 2 * HOUR_MS,
  toMs: Date.now() + HOUR_MS,
  limit,
});

const writeErrors = async (): Promise<number> =>
  (await testDeps.metrics.errors.get()).values.find(({ labels }) => labels.operation === 'write')?.value ?? 0;

describe('InfluxDB away', () => {
  beforeAll(() => ensureBuckets(testInflux()));

  it('fails a write that was cut off, and the same again leaves every point once', async () => {
    const { hostname, port } = new URL(testInflux().url);
    const proxy = await SeverableProxy.to(hostname, Number(port));
    const series = await openInfluxTimeSeries(
      { ...testInflux(), url: `http://127.0.0.1:${proxy.port}` },
      testDeps,
    );
    const patient = freshName('P');
    const all = points(patient, 20_000);
    const errorsBefore = await writeErrors();
    const writing = series.writeRaw(all);
    setTimeout(() => proxy.cut(), 20);
    await expect(writing).rejects.toMatchObject({
      code: 'unavailable',
      retriable: true,
      message: expect.stringMatching(/^INFLUX_URL: /) as string,
    });
    await expect(series.ping()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await writeErrors()).toBe(errorsBefore + 1);
    proxy.mend();
    await series.writeRaw(all);
    expect((await testDeps.metrics.pointsWritten.get()).values[0]?.labels).toEqual({ bucket: 'recent_data' });
    expect(await series.raw(range(patient))).toEqual(all);
    await series.close();
    await proxy.close();
  });

  it('has what was written even if the writer is killed in the moment it was told so', async () => {
    const patient = freshName('P');
    const writer = fork(fileURLToPath(new URL('writing-child.ts', import.meta.url)), [patient]);
    await once(writer, 'exit');
    expect(writer.signalCode).toBe('SIGKILL');
    const series = await openInfluxTimeSeries(testInflux(), testDeps);
    expect(await series.raw(range(patient))).toHaveLength(12_000);
    await series.close();
  });

  it('leaves out what is older than its bucket keeps, and stores the rest', async () => {
    const patient = freshName('P');
    const series = await openInfluxTimeSeries(testInflux(), testDeps);
    const [kept] = points(patient, 1);
    await series.writeRaw([...points(patient, 3, Date.now() - 30 * DAY_MS), kept!]);
    expect(await series.raw({ ...range(patient), fromMs: Date.now() - 60 * DAY_MS })).toEqual([kept]);
    await series.close();
  });

  it('says which bucket is not there', async () => {
    const { url, token } = testInflux();
    const org = freshName('org');
    const made = await fetch(`${url}/api/v2/orgs`, {
      method: 'POST',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: org }),
    });
    expect(made.status).toBe(201);
    await expect(openInfluxTimeSeries({ url, token, org, ca: undefined }, testDeps)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining('has no bucket recent_data, medium_term, long_term') as string,
    });
    const { id } = (await made.json()) as { id: string };
    await fetch(`${url}/api/v2/orgs/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Token ${token}` },
    });
  });
});
