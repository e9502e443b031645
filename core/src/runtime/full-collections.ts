import { setFlagsFromString } from 'node:v8';

const V8_MAJOR = Number.parseInt(process.versions.v8, 10);
/** The first V8 that knows the flag; one that does not would complain on stderr. */
const BUFFERS_AS_HEAP_FROM = 13;
const AS_V8_SEES_FIT = 0;

/**
 * Makes full collections rare where thousands of devices are spoken for: each takes some tenths of a second of both cores from what waits, and with it
 * went most of the slow alerts. For the whole process, its threads to come too. Returns how to undo it.
 *
 * - Objects that live for as long as a reading is the device's last, or on its way, V8 would come to make in the old generation, from which only a full
 *   collection takes them.
 * - Buffers have by themselves a limit of 64 MiB beyond what the last full collection left, and what only passes through reaches it within seconds;
 *   counted as heap, they go with the minor ones.
 * - The heap may grow by `growthPercent` of what was left; by itself V8 allows less, the less garbage there is.
 * - A thread of little garbage seems idle to V8, which then gives memory back, and stands still for a tenth of a second. The main thread is as it
 *   was started: `node --no-memory-reducer` spares it that.
 */
export function spareFullCollections(growthPercent: number): () => void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--no-memory-reducer');
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  if (V8_MAJOR >= BUFFERS_AS_HEAP_FROM) setFlagsFromString('--external-memory-accounted-in-global-limit');
  return () => {
    setFlagsFromString('--allocation-site-pretenuring');
    setFlagsFromString('--memory-reducer');
    setFlagsFromString(`--heap-growing-percent=${AS_V8_SEES_FIT}`);
    if (V8_MAJOR >= BUFFERS_AS_HEAP_FROM)
      setFlagsFromString('--no-external-memory-accounted-in-global-limit');
  };
}
