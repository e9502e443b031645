import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FromServer, StationsCount, TimedFrame, ToServer, ToStations } from '../fan-out/messages.ts';
import { higher, lower } from '../figure.ts';
import type { Measurement } from '../measurement.ts';

const STATIONS = 1_000;
const BEDS = 60;
const WARM_UP_MS = 4_000;
const ALERTS = 20;
/** Out of step with the beds, so that they meet the vitals' frames anywhere. */
const ALERT_EVERY_MS = 130;
/** Of the CPU that the library alone takes for the same sends. */
const AIM_RATIO = 1.1;

interface Phase {
  /** Of the process before the first station came, with the same vitals coming in: its own work, which is no sending. */
  readonly ownCpuShare: number;
  readonly sendsPerSecond: number;
  /** Beyond its own work. */
  readonly cpuMicrosecondsPerSend: number;
  readonly cpuShare: number;
  readonly bytesPerSend: number;
  readonly memoryMiB: number;
  readonly frames: readonly TimedFrame[];
  /** Of each alert, from its being handed to the store to its arrival at the last station, in order of size; ms. */
  readonly alertsMs: readonly number[];
}

export const fanOut: Measurement = {
  name: 'fan-out',
  about: `vitals of ${BEDS} beds at 1 Hz to ${STATIONS.toLocaleString('en')} stations of their region, and alerts in between; CPU of the serving process beside bare ws sending the same frames`,
  needs: 'nothing',
  async run({ seconds, note }) {
    const [server, stations] = [child('server'), child('stations')];
    const ask = {
      server: (message: ToServer) => asked<FromServer>(server, message),
      stations: (message: ToStations) => asked<StationsCount>(stations, message),
    };
    try {
      note('through the hub');
      const hub = await measure(ask, { do: 'serve-hub', beds: BEDS }, seconds);
      note('through bare ws');
      if (hub.frames.length === 0) throw new Error('the hub sent no vitals');
      const raw = await measure(ask, { do: 'serve-raw', frames: hub.frames }, seconds);
      return [
        lower('engine without stations', hub.ownCpuShare * 100, '% of a core'),
        lower('hub, beyond that', hub.cpuMicrosecondsPerSend, 'µs of CPU a send'),
        lower('bare ws, the same frames', raw.cpuMicrosecondsPerSend, 'µs of CPU a send'),
        lower(
          'hub beside bare ws',
          hub.cpuMicrosecondsPerSend / raw.cpuMicrosecondsPerSend,
          '× bare ws',
          AIM_RATIO,
        ),
        higher('sends of the hub', hub.sendsPerSecond, 'sends/s'),
        higher('updates conflated into one send', (BEDS * STATIONS) / hub.sendsPerSecond, 'updates'),
        lower('CPU of the engine', hub.cpuShare * 100, '% of a core'),
        lower(
          'CPU of bare ws, a send for each update',
          (raw.cpuMicrosecondsPerSend * BEDS * STATIONS) / 1e4,
          '% of a core',
        ),
        lower('frame', hub.bytesPerSend, 'B'),
        lower('alert, store to last station, median', hub.alertsMs[ALERTS / 2] ?? NaN, 'ms'),
        lower(`alert, store to last station, worst of ${ALERTS}`, hub.alertsMs.at(-1) ?? NaN, 'ms'),
        lower('memory of the engine', hub.memoryMiB, 'MiB'),
      ];
    } finally {
      for (const process of [server, stations]) process.kill();
    }
  },
};

interface Ask {
  server(message: ToServer): Promise<FromServer>;
  stations(message: ToStations): Promise<StationsCount>;
}

async function measure(ask: Ask, serve: ToServer, seconds: number): Promise<Phase> {
  const served = await ask.server(serve);
  if (!('url' in served)) throw new TypeError('the server has no address');
  const token = served.token === '' ? undefined : served.token;
  await ask.server({ do: 'play' });
  await sleep(WARM_UP_MS);
  const ownCpuShare = await cpuShare(ask, seconds);
  await ask.stations({ do: 'join', url: served.url, token, count: STATIONS });
  await sleep(WARM_UP_MS);
  await ask.stations({ do: 'record' });
  const before = await usage(ask);
  const startMs = performance.now();
  await sleep(seconds * 1_000);
  const after = await usage(ask);
  const tookS = (performance.now() - startMs) / 1_000;
  const alertsMs = serve.do === 'serve-hub' ? await alertLatencies(ask) : [];
  await ask.stations({ do: 'leave' });
  await ask.server({ do: 'close' });
  const sends = after.frames - before.frames;
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return {
    ownCpuShare,
    sendsPerSecond: sends / tookS,
    cpuMicrosecondsPerSend: ((cpuSeconds - ownCpuShare * tookS) / sends) * 1e6,
    cpuShare: cpuSeconds / tookS,
    bytesPerSend: (after.bytes - before.bytes) / sends,
    memoryMiB: after.memoryMiB,
    frames: after.recorded,
    alertsMs,
  };
}

/** Beside the vitals, and after what counts the CPU. */
async function alertLatencies(ask: Ask): Promise<number[]> {
  const tookMs: number[] = [];
  while (tookMs.length < ALERTS) {
    await sleep(ALERT_EVERY_MS);
    const raised = await ask.server({ do: 'raise' });
    if (!('raisedAtMs' in raised)) throw new TypeError('the server tells no time');
    const { alertedAtMs } = await ask.stations({ do: 'await-alerts', alerts: tookMs.length + 1 });
    tookMs.push(alertedAtMs - raised.raisedAtMs);
  }
  return tookMs.toSorted((a, b) => a - b);
}

/** Over half of the time: nothing else happens meanwhile. */
async function cpuShare(ask: Ask, seconds: number): Promise<number> {
  const before = await usage(ask);
  const startMs = performance.now();
  await sleep(seconds * 500);
  const after = await usage(ask);
  return ((after.cpuSeconds - before.cpuSeconds) * 1_000) / (performance.now() - startMs);
}

async function usage(ask: Ask): Promise<StationsCount & { cpuSeconds: number; memoryMiB: number }> {
  const server = await ask.server({ do: 'usage' });
  if (!('cpuSeconds' in server)) throw new TypeError('the server tells no usage');
  return { ...server, ...(await ask.stations({ do: 'count' })) };
}

const child = (name: 'server' | 'stations'): ChildProcess =>
  fork(fileURLToPath(new URL(`../fan-out/${name}.ts`, import.meta.url)));

async function asked<Answer>(process: ChildProcess, message: ToServer | ToStations): Promise<Answer> {
  const over = new AbortController();
  process.send(message);
  try {
    return await Promise.race([
      once(process, 'message', over).then(([answer]) => answer as Answer),
      once(process, 'exit', over).then(([code]): never => {
        throw new Error(`a process of the measurement ended with ${String(code)}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}
