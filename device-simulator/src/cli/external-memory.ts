import { setFlagsFromString } from 'node:v8';

const V8_MAJOR = Number.parseInt(process.versions.v8, 10);
/** The first V8 that knows the flag; one that does not would complain on stderr. */
const KNOWN_FROM = 13;

/**
 * Lets buffers count as part of the heap. By themselves they have a limit of 64 MiB beyond what the last full collection left, and the frames
 * of a station, which only pass through, reach it every second: a full collection each, of a heap that had no need of it, on the cores of what
 * is measured. With the heap's limit short-lived buffers go with the minor collections. For the whole process, its threads too.
 */
export function countBuffersAsHeap(): void {
  if (V8_MAJOR >= KNOWN_FROM) setFlagsFromString('--external-memory-accounted-in-global-limit');
}
