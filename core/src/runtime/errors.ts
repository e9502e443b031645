/**
 * An error that says what went wrong (`code`), and whether trying again can help. What is not a VitalwireError is unknown, and unknown
 * means stop: nothing is retried on a guess.
 */
export class VitalwireError extends Error {
  override readonly name = 'VitalwireError';
  readonly code: ErrorCode;
  readonly retriable: boolean;

  constructor(code: ErrorCode, message: string, options: { retriable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable;
  }
}

export type ErrorCode =
  /** The engine behind a port does not answer; it may again. */
  | 'unavailable'
  /** A bound is reached; try again when there is room. */
  | 'overloaded'
  /** The port or component was closed. */
  | 'closed'
  /** The engine answered that the request itself is wrong; the same again will fail the same. */
  | 'rejected'
  /** A partition, lease or record is now somebody else's. */
  | 'superseded';

export const isRetriable = (error: unknown): boolean => error instanceof VitalwireError && error.retriable;

/** What was to be done is somebody else's now, or of a life that is over: it is not to be tried again here. */
export const isSuperseded = (error: unknown): boolean =>
  error instanceof VitalwireError && error.code === 'superseded';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
