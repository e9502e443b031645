/** The thread that copies the write-ahead log into the database: those fsyncs would otherwise stop the event loop. */
import { fdatasyncSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** `PREPARE`: copies what there is, and makes it durable, so that a `RESTART` has little left to do of either. */
export type CheckpointMode = 'PASSIVE' | 'PREPARE' | 'RESTART';

export type CheckpointAnswer = { readonly frames: number } | { readonly error: string };

export interface CheckpointThreadOptions {
  readonly path: string;
  /** Open on the database's file. */
  readonly fd: number;
}

const { path, fd } = workerData as CheckpointThreadOptions;
const connection = new DatabaseSync(path, { timeout: 1000 });
connection.exec('PRAGMA synchronous = FULL');

parentPort?.on('message', (mode: CheckpointMode | 'CLOSE') => {
  if (mode === 'CLOSE') {
    connection.close();
    parentPort?.close();
    return;
  }
  let answer: CheckpointAnswer;
  try {
    const copying = mode === 'RESTART' ? mode : 'PASSIVE';
    const row = connection.prepare(`PRAGMA wal_checkpoint(${copying})`).get();
    // SQLite leaves that to the checkpoint that reaches the end of the log, which while others write is the one that they wait for.
    if (mode === 'PREPARE') fdatasyncSync(fd);
    answer = { frames: Math.max(0, Number(row?.['log'] ?? 0)) };
  } catch (error) {
    answer = { error: String(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
});
