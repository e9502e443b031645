import { CATCHING_UP, benchDecode, benchPipelines } from '@vitalwire/stream-processors/bench.ts';
import { higher, lower } from '../figure.ts';
import type { Figure, Measurement } from '../measurement.ts';

const PATIENTS = 2_000;
const AIM_READINGS_PER_CPU_SECOND = 200_000;
const DECODES_PER_SECOND = 100_000;
/** A second of the stream for each second of the run: the pace of the stream is not that of the clock. */
const STREAM_SECONDS_PER_SECOND = 3;

/** CPU time, garbage collection included: neighbours on the machine count for little. */
export const processing: Measurement = {
  name: 'processing',
  about: `decoding and operators of both pipelines, ${PATIENTS.toLocaleString('en')} patients at 1 Hz, no log and no stores`,
  needs: 'nothing',
  async run({ seconds, note }) {
    note('decoding alone');
    const figures: Figure[] = [
      higher('decoding alone', benchDecode(seconds * DECODES_PER_SECOND), 'readings/CPU s'),
    ];
    note('both pipelines, keeping up');
    const pipelines = benchPipelines(PATIENTS, seconds * STREAM_SECONDS_PER_SECOND);
    for (const pipeline of pipelines) {
      const { pipeline: name } = pipeline;
      figures.push(
        higher(name, pipeline.readingsPerSecond, 'readings/CPU s', AIM_READINGS_PER_CPU_SECOND),
        lower(`${name}: state`, pipeline.stateBytesPerPatient / 1000, 'kB a patient'),
        lower(`${name}: checkpoint encoded`, pipeline.encodeMs, 'CPU ms'),
        lower(`${name}: checkpoint decoded`, pipeline.decodeMs, 'CPU ms'),
      );
    }
    note('both pipelines, catching up');
    const behind = benchPipelines(PATIENTS, seconds * STREAM_SECONDS_PER_SECOND, CATCHING_UP);
    for (const { pipeline, readingsPerSecond } of behind) {
      const what = `${pipeline}, catching up on ${CATCHING_UP.partitions} partitions`;
      figures.push(higher(what, readingsPerSecond, 'readings/CPU s', AIM_READINGS_PER_CPU_SECOND));
    }
    return figures;
  },
};
