import type { Report } from '@vitalwire/device-simulator/report/report.ts';
import { higher, lower } from '../figure.ts';
import { brokenIn, loadTest } from '../load-test.ts';
import type { Figure, Measurement } from '../measurement.ts';

const [FEW, MANY] = [100, 10_000];
/** The lead's aims at 10,000 devices on 2 cores; docs/performance.md. */
const AIMS = { alertP99Ms: 100, cpuRatio: 1.1, growth: 1.1 } as const;

export const fleet: Measurement = {
  name: 'fleet',
  about: `${MANY.toLocaleString('en')} devices at 1 Hz into one process on SQLite, with the load tester's ledger, beside ${FEW} devices; --seconds 600 for the whole of it`,
  needs: 'nothing',
  async run({ seconds, note }) {
    note(`${FEW} devices`);
    const few = await loadTest(FEW, Math.min(seconds, 30), note);
    note(`${MANY.toLocaleString('en')} devices for ${seconds} s`);
    const many = await loadTest(MANY, seconds, note);
    const { report, memoryMiB } = many;
    const { puback_ms: puback, schedule_late_ms: late } = report;
    return [
      higher('readings acknowledged', report.acknowledged, 'readings', report.made),
      lower('promises broken', brokenIn(report), '', 0),
      ...alertFigures(report, note),
      lower('PUBACK p50', puback?.p50 ?? NaN, 'ms'),
      lower('PUBACK p99', puback?.p99 ?? NaN, 'ms'),
      lower('alerting behind, at most', many.lag.most.alerting, 'readings'),
      lower('storage behind, at most', many.lag.most.storage, 'readings'),
      lower('storage behind, with the verdict', many.lag.atEnd.storage, 'readings', 0),
      lower('own lateness of the tester p99', late?.p99 ?? NaN, 'ms'),
      lower('CPU', many.cpuMicrosecondsPerReading, 'µs a reading'),
      lower(`CPU at ${FEW} devices`, few.cpuMicrosecondsPerReading, 'µs a reading'),
      lower(
        `CPU beside ${FEW} devices`,
        many.cpuMicrosecondsPerReading / few.cpuMicrosecondsPerReading,
        '×',
        AIMS.cpuRatio,
      ),
      lower('CPU of the process', many.cpuShare * 100, '% of a core'),
      lower('memory after the warm-up', memoryMiB.early, 'MiB'),
      lower('memory at the end', memoryMiB.late, 'MiB'),
      lower('memory, end beside warm-up', memoryMiB.late / memoryMiB.early, '×', AIMS.growth),
      lower('memory of the tester', report.tester_memory_mib, 'MiB'),
    ];
  },
};

function alertFigures(report: Report, note: (text: string) => void): readonly Figure[] {
  const { alert_ms: alert, verdict } = report;
  if (verdict?.alerts.expected === 0) {
    note('no alert was due yet: --seconds 90 has some, 600 all');
    return [];
  }
  return [
    higher('alerts found', verdict?.alerts.found ?? 0, 'alerts', verdict?.alerts.expected),
    lower('alert p50, beyond its delay', alert?.p50 ?? NaN, 'ms'),
    lower('alert p99, beyond its delay', alert?.p99 ?? NaN, 'ms', AIMS.alertP99Ms),
  ];
}
