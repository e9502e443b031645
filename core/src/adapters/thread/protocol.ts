/** What the two ends of a log that is shared with another thread say to each other. */
import { VitalwireError, messageOf, type ErrorCode } from '../../runtime/errors.ts';
import type { PackedLogRecords, PackedRecords } from './packed-records.ts';

/** From the thread without the log. `id` is of a call to `append`, or of a tail. */
export type Request =
  /** `calls` share the records, in order: so many each. */
  | { readonly kind: 'append'; readonly calls: readonly AppendCall[]; readonly records: PackedRecords }
  | { readonly kind: 'tail'; readonly id: number; readonly topic: string }
  | { readonly kind: 'handled'; readonly id: number; readonly error: PortableError | undefined }
  | { readonly kind: 'stop'; readonly id: number };

export interface AppendCall {
  readonly id: number;
  readonly count: number;
}

/** From the thread with the log. */
export type Response =
  | { readonly kind: 'appended'; readonly ids: readonly number[] }
  | { readonly kind: 'refused'; readonly id: number; readonly error: PortableError }
  /** Answered with `handled` before the next. */
  | { readonly kind: 'records'; readonly id: number; readonly records: PackedLogRecords }
  | { readonly kind: 'tailing'; readonly id: number }
  | { readonly kind: 'tail-failed'; readonly id: number; readonly error: PortableError }
  | { readonly kind: 'stopped'; readonly id: number };

/** What of an error gets through: of a VitalwireError all that is decided on, of another its message. */
export interface PortableError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly retriable: boolean;
}

export const toPortable = (error: unknown): PortableError =>
  error instanceof VitalwireError
    ? { code: error.code, message: error.message, retriable: error.retriable }
    : { code: undefined, message: messageOf(error), retriable: false };

export const fromPortable = ({ code, message, retriable }: PortableError): Error =>
  code === undefined ? new Error(message) : new VitalwireError(code, message, { retriable });
