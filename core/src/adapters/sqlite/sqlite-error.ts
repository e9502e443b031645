/** SQLite's primary result codes that are about the machine, not the statement: BUSY, NOMEM, IOERR, FULL, CANTOPEN. */
const STORAGE_CODES = new Set([5, 7, 10, 13, 14]);

/** Whether trying the same again later can help: the disk is full, say. */
export function isStorageFailure(error: unknown): boolean {
  // The low byte of an extended code is the primary one.
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    STORAGE_CODES.has(error.errcode & 0xff)
  );
}
