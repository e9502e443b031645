import { lower } from '../figure.ts';
import { brokenIn, loadTest } from '../load-test.ts';
import type { Figure, Measurement } from '../measurement.ts';
import { formatNumber } from '../table.ts';

const DEVICES = [100, 1_000, 3_000, 10_000] as const;
/** Patients fall ill over the first five minutes; a shorter run would have no alert to measure. */
const SECONDS_MIN = 90;

export const growthDevices: Measurement = {
  name: 'growth-devices',
  about: `one process on SQLite at ${DEVICES.map((devices) => devices.toLocaleString('en')).join(', ')} devices at 1 Hz, ${SECONDS_MIN} s each or longer`,
  needs: 'nothing',
  async run({ seconds, note }) {
    const figures: Figure[] = [];
    for (const devices of DEVICES) {
      const name = `${devices.toLocaleString('en')} devices`;
      note(name);
      const { report, cpuMicrosecondsPerReading, cpuShare, memoryMiB, lag } = await loadTest(
        devices,
        Math.max(seconds, SECONDS_MIN),
        note,
      );
      const found = [
        lower(`${name}: CPU`, cpuMicrosecondsPerReading, 'µs a reading'),
        lower(`${name}: CPU of the process`, cpuShare * 100, '% of a core'),
        lower(`${name}: memory`, memoryMiB.late, 'MiB'),
        lower(`${name}: PUBACK p50`, report.puback_ms?.p50 ?? NaN, 'ms'),
        lower(`${name}: PUBACK p99`, report.puback_ms?.p99 ?? NaN, 'ms'),
        lower(`${name}: alert p99`, report.alert_ms?.p99 ?? NaN, 'ms'),
        lower(`${name}: storage behind, at most`, lag.most.storage, 'readings'),
        lower(`${name}: promises broken`, brokenIn(report), '', 0),
      ];
      // The larger fleets take minutes: whoever waits sees what there is already.
      for (const { name: figure, value, unit } of found) note(`${figure} ${formatNumber(value)} ${unit}`);
      figures.push(...found);
    }
    return figures;
  },
};
