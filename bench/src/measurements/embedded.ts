import {
  measureEmbeddedLatency,
  measureIngest,
  measureLatency,
  measureMemory,
  type LatencyFigures,
} from '../embedded.ts';
import { higher, latency, lower } from '../figure.ts';
import { startRelay } from '../floor/start-relay.ts';
import type { Figure, Measurement } from '../measurement.ts';

const INGEST_DEVICES = 200;
const INGEST_WINDOW = 20;
const MEMORY_DEVICES = 1_000;
/** The lead's aims of the embedded deployment; docs/performance.md. */
const AIMS = { readingsPerSecond: 20_000, alertP99Ms: 10 } as const;

export const embeddedIngest: Measurement = {
  name: 'embedded-ingest',
  about: `durable readings into one process on SQLite, closed window (${INGEST_DEVICES} devices × ${INGEST_WINDOW})`,
  needs: 'nothing',
  async run({ seconds }) {
    const figures = await measureIngest({ devices: INGEST_DEVICES, window: INGEST_WINDOW, seconds });
    return [
      higher('acknowledged', figures.readingsPerSecond, 'readings/s', AIMS.readingsPerSecond),
      lower('CPU of the whole process', figures.cpuMicrosecondsPerReading, 'µs a reading'),
      ...latency('PUBACK', figures.puback),
      lower('alerting behind at the end', figures.behind.alerting, 'readings'),
      lower('storage behind at the end', figures.behind.storage, 'readings'),
      lower('judged and stored after the end', figures.caughtUpAfterSeconds, 's'),
    ];
  },
};

export const embeddedLatency500 = embeddedLatency(500, undefined);
export const embeddedLatency2000 = embeddedLatency(2_000, AIMS.alertP99Ms);

function embeddedLatency(readingsPerSecond: number, alertP99Ms: number | undefined): Measurement {
  return {
    name: `embedded-latency-${readingsPerSecond}`,
    about: `one process on SQLite at ${readingsPerSecond.toLocaleString('en')} readings/s, from when a reading was due`,
    needs: 'nothing',
    run: async ({ seconds }) =>
      latencyFigures(await measureEmbeddedLatency({ readingsPerSecond, seconds }), alertP99Ms),
  };
}

const FLOOR_READINGS_PER_SECOND = 2_000;

/** What this machine leaves to be had: the same load and station with next to nothing between them. */
export const embeddedLatencyFloor: Measurement = {
  name: 'embedded-latency-floor',
  about: `a bare relay in Node, with and without an fsync before each answer, at ${FLOOR_READINGS_PER_SECOND.toLocaleString('en')} readings/s under the load of embedded-latency-2000`,
  needs: 'nothing',
  async run({ seconds }) {
    const options = { readingsPerSecond: FLOOR_READINGS_PER_SECOND, seconds };
    const bare = latencyFigures(await measureLatency(await startRelay(false), options), undefined);
    const durable = latencyFigures(await measureLatency(await startRelay(true), options), undefined);
    const named = (prefix: string, figures: readonly Figure[]): readonly Figure[] =>
      figures.map((figure) => ({ ...figure, name: `${prefix}: ${figure.name}` }));
    return [...named('no fsync', bare), ...named('fsync', durable)];
  },
};

function latencyFigures(figures: LatencyFigures, alertP99Ms: number | undefined): readonly Figure[] {
  return [
    ...latency('the load behind its schedule', figures.lateness),
    ...latency('PUBACK', figures.puback),
    ...latency('vitals on the station', figures.vitals),
    ...latency('alert on the station, beyond its delay', figures.alerts, { p99Ms: alertP99Ms }),
    lower('CPU of the whole process', figures.cpuMicrosecondsPerReading, 'µs a reading', undefined),
    higher('alerts seen', figures.alerts.count, ''),
  ];
}

export const embeddedMemory: Measurement = {
  name: 'embedded-memory',
  about: `resident memory of one process on SQLite, ${MEMORY_DEVICES.toLocaleString('en')} devices at 1 Hz`,
  needs: 'nothing',
  async run({ seconds }) {
    const { idleMiB, loadedMiB, puback } = await measureMemory({ devices: MEMORY_DEVICES, seconds });
    return [
      lower('idle', idleMiB, 'MiB'),
      lower('under load', loadedMiB, 'MiB'),
      ...latency('PUBACK', puback),
    ];
  },
};
