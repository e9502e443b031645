import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuSeconds } from '../engines/cpu.ts';
import { higher, lower } from '../figure.ts';
import { startRelay } from '../floor/start-relay.ts';
import { WARM_UP_S, runTester, type Measured } from '../load-test.ts';
import type { Figure, Measurement } from '../measurement.ts';

/** As many devices as one machine plays, and as many readings a second. */
const LOADS = [
  { what: '10,000 devices at 1 Hz', devices: 10_000, rate: 1 },
  { what: '500 devices at 100 Hz', devices: 500, rate: 100 },
] as const;

const thisProcess: Measured = {
  cpuSeconds: () => cpuSeconds(process.pid),
  memoryMiB: () => process.memoryUsage.rss() / 2 ** 20,
};

export const loadTester: Measurement = {
  name: 'load-tester',
  about: `the load tester itself, with its ledger, on a relay that acknowledges and keeps nothing: ${LOADS.map(({ what }) => what).join(', ')}`,
  needs: 'nothing',
  async run({ seconds, note }) {
    const figures: Figure[] = [];
    for (const load of LOADS) {
      note(`${load.what} for ${seconds} s`);
      figures.push(...(await play(load, seconds)));
    }
    return figures;
  },
};

async function play(
  { what, devices, rate }: (typeof LOADS)[number],
  seconds: number,
): Promise<readonly Figure[]> {
  const relay = await startRelay(false);
  const folder = mkdtempSync(join(tmpdir(), 'vitalwire-bench-load-tester-'));
  try {
    const options = {
      url: `mqtt://127.0.0.1:${relay.mqttPort}`,
      devices: String(devices),
      rate: String(rate),
      duration: `${WARM_UP_S + seconds}s`,
      ledger: join(folder, 'ledger'),
    };
    const { report, ...usage } = await runTester(options, '', thisProcess);
    const { puback_ms: puback, schedule_late_ms: late } = report;
    return [
      higher(`${what}: acknowledged`, report.acknowledged, 'readings', report.made),
      higher(`${what}: rate`, report.acknowledged / report.duration_s, 'readings/s'),
      lower(`${what}: behind its schedule p50`, late?.p50 ?? NaN, 'ms'),
      lower(`${what}: behind its schedule p99`, late?.p99 ?? NaN, 'ms'),
      lower(`${what}: PUBACK p99`, puback?.p99 ?? NaN, 'ms'),
      lower(`${what}: CPU of the tester`, usage.cpuMicrosecondsPerReading, 'µs a reading'),
      lower(`${what}: memory of the tester`, usage.memoryMiB.late, 'MiB'),
    ];
  } finally {
    await relay.stop();
    rmSync(folder, { recursive: true });
  }
}
