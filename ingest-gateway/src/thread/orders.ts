/** What passes between a gateway's thread and the one that started it. */
import type { MessagePort } from 'node:worker_threads';
import type { IngestGatewayConfig } from '../start.ts';

export interface ThreadData {
  /** Names whose logs and metrics these are. */
  readonly component: string;
  readonly logLevel: string;
  /** Where the log is served. */
  readonly log: MessagePort;
}

export type Order =
  | { readonly kind: 'start'; readonly config: IngestGatewayConfig }
  | { readonly kind: 'metrics' }
  | { readonly kind: 'stop' };

export type Answer =
  | { readonly kind: 'started'; readonly port: number; readonly tlsPort: number | undefined }
  /** Instead of `started`, or after it. */
  | { readonly kind: 'failed'; readonly error: StartFailure }
  | { readonly kind: 'metrics'; readonly text: string }
  | { readonly kind: 'stopped' };

export interface StartFailure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly port: number | undefined;
}
