import { decodeReading, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { benchReading, cpuMsOf, warmPipelines } from '@vitalwire/stream-processors/bench.ts';
import { lower } from '../figure.ts';
import type { Figure, Measurement } from '../measurement.ts';
import { median } from '../results.ts';

const PATIENTS = 1_000;
const WARM_UP_ROUNDS = 5;
const ROUNDS_PER_SECOND = 2;
const REPEATS = 4;
const REFERENCES = 4_000;

/** One piece of work on `PATIENTS` readings: `next` prepares it, and what that returns is timed. */
interface Work {
  readonly name: string;
  readonly next: () => () => void;
}

/**
 * Each round times every piece of work between two runs of a reference (JSON there and back, which allocates and computes as our code
 * does); a figure is the median of the rounds' ratios, so a busy neighbour or a slower machine slows both sides. Allocation needs no reference.
 */
export const micro: Measurement = {
  name: 'micro',
  about:
    'codec and operators beside a reference workload of the same round, and what they allocate; held to a baseline',
  needs: 'nothing',
  async run({ seconds, note }) {
    note('codec and operators');
    return compare(allWork(), seconds * ROUNDS_PER_SECOND);
  },
};

/** The figures of `work` after `rounds` rounds. */
export function compare(work: readonly Work[], rounds: number): readonly Figure[] {
  const ratios = work.map((): number[] => []);
  const bytes = work.map((): number[] => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [i, { next }] of work.entries()) {
      const first = next();
      const beforeMs = cpuMsOf(reference);
      const heapAtStart = process.memoryUsage().heapUsed;
      let tookMs = cpuMsOf(first);
      const allocated = process.memoryUsage().heapUsed - heapAtStart;
      for (let repeat = 1; repeat < REPEATS; repeat++) tookMs += cpuMsOf(next());
      const referenceMs = (beforeMs + cpuMsOf(reference)) / 2;
      if (round < 0) continue;
      ratios[i]?.push(tookMs / REPEATS / referenceMs);
      // A collection in between leaves less than was allocated, a second that ends a pane of the aggregates more: both are rare.
      if (allocated > 0) bytes[i]?.push(allocated / PATIENTS);
    }
  }
  return work.flatMap(({ name }, i) => [
    lower(name, median(ratios[i] ?? []), '× reference'),
    lower(`${name}: allocation`, median(bytes[i] ?? []), 'B a reading'),
  ]);
}

function allWork(): readonly Work[] {
  const readings = Array.from({ length: PATIENTS }, (_, i) => reading(i));
  const encoded = readings.map((each) => encodeReading(each));
  const codec = (name: string, run: () => void): Work => ({ name, next: () => run });
  return [
    codec('encode', () => readings.forEach((each) => encodeReading(each))),
    codec('decode', () => encoded.forEach((each) => decodeReading(each))),
    ...warmPipelines(PATIENTS, 60).map((warm) => ({
      name: `${warm.pipeline} operators`,
      next: () => warm.nextStretch(),
    })),
  ];
}

const half = (): number => 0.5;
const reading = (patient: number): Reading => benchReading(patient, 0, Date.UTC(2026, 0, 1), half);

const SAMPLE = JSON.stringify({ ...reading(1), history: Array.from({ length: 8 }, (_, i) => reading(i)) });

function reference(): void {
  for (let i = 0; i < REFERENCES; i += 10) JSON.stringify(JSON.parse(SAMPLE));
}
