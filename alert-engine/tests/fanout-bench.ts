/**
 * What the hub costs with many stations, by hand: `node alert-engine/tests/fanout-bench.ts [stations] [beds] [seconds]`.
 *
 * One process serves, forked children are the stations: plain sockets that count what comes, on loopback. Every bed changes once a second, spread
 * over it as real ones are, and twenty alerts are raised in between. Prints the server's CPU share and memory, frames and bytes a second, and how long an
 * alert takes from its commit to the last station.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { WebSocket } from 'ws';
import { applyCondition } from '../src/conditions/apply.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { alertEngineMetrics } from '../src/metrics.ts';
import { keepPulse, startEngine, tokenFor } from './engine.ts';
import { openPorts } from './ports.ts';
import { sampleCondition, sampleVitals } from './samples.ts';

const CHILDREN = 2;
const ALERTS = 20;

interface Report {
  readonly joined: number;
  readonly frames: number;
  readonly bytes: number;
  /** Wall ms at which the last of this child's stations had the n-th alert. */
  readonly alertAtMs: readonly number[];
  readonly alerts: number;
}

if (process.send) await beStations();
else await serve();

async function serve(): Promise<void> {
  const [stations = 1_000, beds = 60, seconds = 10] = process.argv.slice(2).map(Number);
  const ports = await openPorts();
  const engine = await startEngine(ports, { bounds: { heartbeatMs: 2_000 } });
  const stopPulse = keepPulse(ports);
  const token = await tokenFor('nurse');
  const startBeating = (bed: number): void => {
    const measuredAtMs = Date.now();
    const value = { value: 72 + (bed % 9), measuredAtMs, validity: 'valid' as const };
    const vitals = Object.fromEntries(VITALS.map((vital) => [vital, value]));
    void ports.live.publishVitals([sampleVitals(`P${bed}`, { measuredAtMs, vitals })]);
  };
  const children = Array.from({ length: CHILDREN }, () =>
    fork(fileURLToPath(import.meta.url), {
      env: { ...process.env, BENCH_PORT: String(engine.port), BENCH_TOKEN: token },
    }),
  );
  const joiningMs = systemClock.monotonic();
  await Promise.all(
    children.map(async (child, i) => {
      child.send({
        join: Math.floor((stations * (i + 1)) / CHILDREN) - Math.floor((stations * i) / CHILDREN),
      });
      await once(child, 'message');
    }),
  );
  console.log(`${stations} stations joined in ${Math.round(systemClock.monotonic() - joiningMs)} ms`);
  await Promise.all(children.map((child) => ask(child, 'start')));
  const cancels = Array.from({ length: beds }, (_, bed) =>
    systemClock.after((1000 * bed) / beds, () => {
      startBeating(bed);
      cancels.push(systemClock.every(1000, () => startBeating(bed)));
    }),
  );
  const cpu = process.cpuUsage();
  const startedMs = systemClock.monotonic();
  const committedAtMs: number[] = [];
  const metrics = alertEngineMetrics(createRegistry('bench'));
  for (let i = 0; i < ALERTS; i++) {
    await systemClock.sleep((seconds * 1000) / ALERTS);
    await applyCondition(
      sampleCondition({ patientId: `P${i % beds}`, onsetMs: Date.now() + i }),
      ports.alerts,
      systemClock,
      metrics,
      () => DEFAULT_POLICY,
    );
    committedAtMs.push(Date.now());
  }
  await systemClock.sleep(500);
  const tookS = (systemClock.monotonic() - startedMs) / 1000;
  const used = process.cpuUsage(cpu);
  const reports = await Promise.all(children.map((child) => ask(child, 'report')));
  const sum = (of: (report: Report) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const latencies = committedAtMs
    .map((atMs, i) => Math.max(...reports.map(({ alertAtMs }) => alertAtMs[i] ?? Number.NaN)) - atMs)
    .sort((a, b) => a - b);
  console.log(
    [
      `${Math.round(sum(({ frames }) => frames) / tookS)} frames/s, ${(sum(({ bytes }) => bytes) / tookS / 1e6).toFixed(1)} MB/s`,
      `server CPU ${Math.round(((used.user + used.system) / 1e6 / tookS) * 100)} % of one core, memory ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
      `alerts received ${sum(({ alerts }) => alerts)} of ${stations * ALERTS}`,
      `alert, commit to the last station: median ${latencies[Math.floor(ALERTS / 2)]} ms, worst ${latencies.at(-1)} ms`,
    ].join('\n'),
  );
  for (const cancel of cancels) cancel();
  for (const child of children) child.kill();
  stopPulse();
  await engine.stop();
  await ports.close();
}

async function ask(child: ChildProcess, what: string): Promise<Report> {
  child.send({ what });
  const [report] = (await once(child, 'message')) as [Report];
  return report;
}

async function beStations(): Promise<void> {
  let frames = 0;
  let bytes = 0;
  let alerts = 0;
  let joined = 0;
  const alertAtMs: number[] = [];
  const report = (): Report => ({ joined, frames, bytes, alertAtMs, alerts });
  const join = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${process.env['BENCH_PORT']}/ws`);
      let own = 0;
      socket.on('error', reject);
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'hello', token: process.env['BENCH_TOKEN'] })),
      );
      socket.on('message', (data) => {
        const frame = data as Buffer;
        frames++;
        bytes += frame.length;
        const kind = frame.subarray(9, 14).toString();
        if (kind === 'alert') {
          alerts++;
          alertAtMs[own++] = Date.now();
        } else if (kind === 'snaps') {
          joined++;
          resolve();
        }
      });
    });
  process.on('message', (message: { join?: number; what?: string }) => {
    if (message.join !== undefined) {
      void (async () => {
        for (let i = 0; i < (message.join ?? 0); i += 50) {
          await Promise.all(Array.from({ length: Math.min(50, (message.join ?? 0) - i) }, join));
        }
        process.send?.(report());
      })();
    } else {
      if (message.what === 'start') frames = bytes = alerts = 0;
      process.send?.(report());
    }
  });
  await once(process, 'disconnect');
}
