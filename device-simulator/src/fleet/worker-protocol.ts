import type { Counts } from '../report/tally.ts';
import type { Crossing } from '../oracle/crossings.ts';
import type { RunStart } from './fleet.ts';

export type ToWorker =
  | { readonly kind: 'connect'; readonly patienceMs: number }
  | { readonly kind: 'run'; readonly start: RunStart }
  | { readonly kind: 'halt' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'drain'; readonly timeoutMs: number }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'done'; readonly of: ToWorker['kind'] }
  | {
      readonly kind: 'tick';
      readonly counts: Counts;
      readonly connected: number;
      readonly waiting: number;
      /** Compressed histograms of what happened since the ones before, in µs; undefined between two. */
      readonly puback: string | undefined;
      readonly late: string | undefined;
      /** Records for the ledger. */
      readonly records: Uint8Array | undefined;
      readonly crossings: readonly Crossing[];
      /** Ids of devices that got a connection with a token that is none. */
      readonly letIn: readonly string[];
    };
