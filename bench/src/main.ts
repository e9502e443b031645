/** `npm run bench`: what the deployment on this machine can do. Ratios within one run mean something; absolute times are this machine's. */
import { cpus } from 'node:os';
import { Command } from 'commander';
import { measureIngest, measureLatency, measureMemory, type Percentiles } from './embedded.ts';

const program = new Command('npm run bench --')
  .description(
    'Measures an embedded deployment in a process of its own, with the load and the station beside it, over loopback.',
  )
  .option('--seconds <n>', 'length of each measurement', Number, 15)
  .option('--json', 'one JSON document on standard output instead of tables', false)
  .parse();
const { seconds, json } = program.opts<{ seconds: number; json: boolean }>();

const note = (text: string): void => console.error(text);
const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const row = (name: string, { p50Ms, p99Ms, maxMs, count }: Percentiles): string =>
  `  ${name.padEnd(34)} p50 ${ms(p50Ms).padStart(7)} ms   p99 ${ms(p99Ms).padStart(7)} ms   max ${ms(maxMs).padStart(7)} ms   n ${count}`;

note(
  `Embedded, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; about ${Math.round((seconds * 4 + 20) / 10) * 10} s`,
);
note('1/4 durable ingest, closed window …');
const ingest = await measureIngest({ devices: 200, window: 20, seconds });
note('2/4 latency at 500 readings/s …');
const at500 = await measureLatency({ readingsPerSecond: 500, seconds });
note('3/4 latency at 2,000 readings/s …');
const at2000 = await measureLatency({ readingsPerSecond: 2_000, seconds });
note('4/4 memory at 1,000 devices …');
const memory = await measureMemory({ devices: 1_000, seconds });

if (json) console.log(JSON.stringify({ ingest, at500, at2000, memory }, undefined, 2));
else {
  console.log(`
Durable ingest     ${Math.round(ingest.readingsPerSecond).toLocaleString('en')} readings/s acknowledged, ${ingest.cpuMicrosecondsPerReading.toFixed(1)} µs of CPU each (whole process)
${row('PUBACK at that rate', ingest.puback)}`);
  for (const figures of [at500, at2000]) {
    console.log(`
At ${figures.readingsPerSecond.toLocaleString('en')} readings/s, from when the reading was due
${row('PUBACK', figures.puback)}
${row('vitals on the station', figures.vitals)}
${row('alert on the station, after delay', figures.alerts)}`);
  }
  console.log(`
Memory             ${memory.idleMiB.toFixed(0)} MiB idle, ${memory.loadedMiB.toFixed(0)} MiB with ${memory.devices.toLocaleString('en')} devices at 1 Hz after ${seconds} s
${row('PUBACK', memory.puback)}`);
}
