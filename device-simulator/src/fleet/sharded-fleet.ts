import { Worker } from 'node:worker_threads';
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Crossing } from '../oracle/crossings.ts';
import { NO_COUNTS, addCounts, type Counts } from '../report/tally.ts';
import type { RunStart } from './fleet.ts';
import type { LoadSpec } from './load-spec.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

export interface ShardedFleetEvents {
  /** About once a second from each worker, in µs. */
  onPuback(histogram: Histogram): void;
  onLate(histogram: Histogram): void;
  onRecords(records: Uint8Array): void;
  onCrossing(crossing: Crossing): void;
  /** The device got a connection with a token that is none. */
  onLetIn(deviceId: string): void;
}

/** One fleet over several worker threads: each device lives in one, the schedule is the same for all. */
export interface ShardedFleet {
  readonly workers: number;
  readonly counts: Counts;
  readonly connected: number;
  readonly waiting: number;
  connect(patienceMs: number): Promise<void>;
  run(start: RunStart): Promise<void>;
  halt(): void;
  /** Cuts every connection at once. */
  cutAll(): void;
  drain(timeoutMs: number): Promise<void>;
  /** Disconnects and ends the threads; everything they told has arrived by then. Idempotent. */
  stop(): Promise<void>;
}

/** What one thread does with ease: above, the schedule would be late by itself. */
const READINGS_A_WORKER = 12_000;
/** Of devices that say little, more threads would be woken for each by itself, and that on cores the deployment may share. */
const DEVICES_A_WORKER = 10_000;

/** As many as the load needs, and no more than the machine has cores. */
export const workersFor = (devices: number, readingsPerS: number, cores: number): number =>
  Math.max(
    1,
    Math.min(
      cores,
      Math.max(Math.ceil(readingsPerS / READINGS_A_WORKER), Math.ceil(devices / DEVICES_A_WORKER)),
    ),
  );

/** Rejects every call once a thread has failed: a part of the load would be missing. */
export function startShardedFleet(spec: LoadSpec, workers: number, events: ShardedFleetEvents): ShardedFleet {
  const threads = Array.from({ length: Math.min(workers, spec.devices.length) }, (_, which) => {
    const devices = spec.devices.filter((_, place) => place % workers === which);
    return new Thread({ ...spec, devices, connectsPerS: spec.connectsPerS / workers }, events);
  });
  const all = async (message: ToWorker): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.ask(message)));
  };
  const sum = (of: (thread: Thread) => number): number =>
    threads.reduce((total, thread) => total + of(thread), 0);
  let stopping: Promise<void> | undefined;
  return {
    workers: threads.length,
    get counts() {
      return threads.reduce((total, { counts }) => addCounts(total, counts), NO_COUNTS);
    },
    get connected() {
      return sum((thread) => thread.connected);
    },
    get waiting() {
      return sum((thread) => thread.waiting);
    },
    connect: (patienceMs) => all({ kind: 'connect', patienceMs }),
    run: (start) => all({ kind: 'run', start }),
    halt: () => threads.forEach((thread) => thread.tell({ kind: 'halt' })),
    cutAll: () => threads.forEach((thread) => thread.tell({ kind: 'cut' })),
    drain: (timeoutMs) => all({ kind: 'drain', timeoutMs }),
    stop() {
      stopping ??= Promise.all(threads.map((thread) => thread.end())).then(() => {});
      return stopping;
    },
  };
}

class Thread {
  counts: Counts = NO_COUNTS;
  connected = 0;
  waiting = 0;
  readonly #worker: Worker;
  readonly #asked = new Map<ToWorker['kind'], { resolve: () => void; reject: (error: unknown) => void }>();
  #failure: Error | undefined;

  constructor(spec: LoadSpec, events: ShardedFleetEvents) {
    this.#worker = new Worker(new URL('./fleet-worker.ts', import.meta.url), { workerData: spec });
    this.#worker.on('message', (message: FromWorker) => {
      if (message.kind === 'done') {
        this.#asked.get(message.of)?.resolve();
        this.#asked.delete(message.of);
        return;
      }
      this.counts = message.counts;
      this.connected = message.connected;
      this.waiting = message.waiting;
      if (message.puback !== undefined) events.onPuback(decodeFromCompressedBase64(message.puback));
      if (message.late !== undefined) events.onLate(decodeFromCompressedBase64(message.late));
      if (message.records) events.onRecords(message.records);
      for (const crossing of message.crossings) events.onCrossing(crossing);
      for (const deviceId of message.letIn) events.onLetIn(deviceId);
    });
    this.#worker.on('error', (error: Error) => {
      this.#failure = error;
      for (const { reject } of this.#asked.values()) reject(error);
      this.#asked.clear();
    });
  }

  tell(message: ToWorker): void {
    // The rule means windows; a thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(message);
  }

  ask(message: ToWorker): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#asked.set(message.kind, { resolve, reject });
      this.tell(message);
    });
  }

  async end(): Promise<void> {
    if (this.#failure === undefined) await this.ask({ kind: 'stop' });
    await this.#worker.terminate();
  }
}
