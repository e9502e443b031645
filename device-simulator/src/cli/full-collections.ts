import { setFlagsFromString } from 'node:v8';

const V8_MAJOR = Number.parseInt(process.versions.v8, 10);
/** The first V8 that knows the flag; one that does not would complain on stderr. */
const BUFFERS_AS_HEAP_FROM = 13;
const AS_V8_SEES_FIT = 0;
/** Of what the last full collection left: room for a few minor ones before the next. */
const GROWTH_PERCENT = 200;

/**
 * Makes full collections rare, each of which takes a third of a second of both cores from what is measured. Objects that live for as long as a
 * reading is the device's last, or on its way, V8 would come to make in the old generation, from which only a full collection takes them. Buffers
 * have by themselves a limit of 64 MiB beyond what the last one left, and the frames of a station, which only pass through, reach it every
 * second; counted as heap, they go with the minor collections. And the heap may grow to three times what was left, where V8 allows a tester of
 * little garbage some 10 MiB. For the whole process, its threads too. Returns how to undo it.
 */
export function spareFullCollections(): () => void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  if (V8_MAJOR >= BUFFERS_AS_HEAP_FROM) setFlagsFromString('--external-memory-accounted-in-global-limit');
  return () => {
    setFlagsFromString('--allocation-site-pretenuring');
    setFlagsFromString(`--heap-growing-percent=${AS_V8_SEES_FIT}`);
    if (V8_MAJOR >= BUFFERS_AS_HEAP_FROM)
      setFlagsFromString('--no-external-memory-accounted-in-global-limit');
  };
}
