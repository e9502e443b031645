/** For a test: writes many points, and is gone in the moment it is told that they are stored. */
import { systemClock } from '../../runtime/clock.ts';
import { NO_MARKS } from '../../vitals/reading.ts';
import { noVitals } from '../../vitals/vital.ts';
import { testDeps, testInflux } from './influx-harness.ts';
import { openInfluxTimeSeries } from './time-series.ts';

const POINTS = 12_000;
const startMs = systemClock.now() - 3_600_000;
const series = await openInfluxTimeSeries(testInflux(), testDeps);
await series.writeRaw(
  Array.from({ length: POINTS }, (_, i) => ({
    patientId: process.argv[2] ?? '',
    deviceId: 'D1',
    region: 'Northeast',
    atMs: startMs + i,
    vitals: { ...noVitals(), heartbeat: 60 },
    validity: NO_MARKS,
    mode: 'test' as const,
    clockCorrectionMs: 0,
  })),
);
process.kill(process.pid, 'SIGKILL');
