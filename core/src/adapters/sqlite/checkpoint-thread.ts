/** The thread that copies the write-ahead log into the database: those fsyncs would otherwise stop the event loop. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

export type CheckpointMode = 'PASSIVE' | 'RESTART';

export type CheckpointAnswer = { readonly frames: number } | { readonly error: string };

const { path } = workerData as { readonly path: string };
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
    const row = connection.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
    answer = { frames: Math.max(0, Number(row?.['log'] ?? 0)) };
  } catch (error) {
    answer = { error: String(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
});
