/** What the load's process and the one that started it say to one another. */
export interface LoadOptions {
  readonly port: number;
  readonly tokens: readonly string[];
  /** Messages that each device keeps unacknowledged. */
  readonly window: number;
  readonly readingsPerMessage: number;
  /** Apart from those of other loads of the run. */
  readonly devicePrefix: string;
  /** How many messages may be sent in all before more are allowed; null for no bound. */
  readonly allowed: number | null;
}

export type ToLoad =
  | { readonly kind: 'start'; readonly options: LoadOptions }
  /** So many messages may be sent in all. */
  | { readonly kind: 'allow'; readonly messages: number }
  /** Latencies are counted anew from here. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'report' };

export type FromLoad =
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'report';
      readonly acknowledged: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
    };
