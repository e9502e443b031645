import { measureIngest, measureLatency, measureMemory, type Percentiles } from '../embedded.ts';
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
    const { readingsPerSecond, cpuMicrosecondsPerReading, puback } = await measureIngest({
      devices: INGEST_DEVICES,
      window: INGEST_WINDOW,
      seconds,
    });
    return [
      higher('acknowledged', readingsPerSecond, 'readings/s', AIMS.readingsPerSecond),
      lower('CPU of the whole process', cpuMicrosecondsPerReading, 'µs a reading', undefined),
      ...latency('PUBACK', puback, undefined),
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
    async run({ seconds }) {
      const figures = await measureLatency({ readingsPerSecond, seconds });
      return [
        ...latency('PUBACK', figures.puback, undefined),
        ...latency('vitals on the station', figures.vitals, undefined),
        ...latency('alert on the station, beyond its delay', figures.alerts, alertP99Ms),
        higher('alerts seen', figures.alerts.count, '', undefined),
      ];
    },
  };
}

export const embeddedMemory: Measurement = {
  name: 'embedded-memory',
  about: `resident memory of one process on SQLite, ${MEMORY_DEVICES.toLocaleString('en')} devices at 1 Hz`,
  needs: 'nothing',
  async run({ seconds }) {
    const { idleMiB, loadedMiB, puback } = await measureMemory({ devices: MEMORY_DEVICES, seconds });
    return [
      lower('idle', idleMiB, 'MiB', undefined),
      lower('under load', loadedMiB, 'MiB', undefined),
      ...latency('PUBACK', puback, undefined),
    ];
  },
};

function latency(name: string, { p50Ms, p99Ms }: Percentiles, p99AimMs: number | undefined): Figure[] {
  return [lower(`${name} p50`, p50Ms, 'ms', undefined), lower(`${name} p99`, p99Ms, 'ms', p99AimMs)];
}

const higher = (name: string, value: number, unit: string, aim: number | undefined): Figure => ({
  name,
  value,
  unit,
  aim,
  better: 'higher',
});

const lower = (name: string, value: number, unit: string, aim: number | undefined): Figure => ({
  ...higher(name, value, unit, aim),
  better: 'lower',
});
