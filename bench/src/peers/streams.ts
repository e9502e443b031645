import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StreamsProgram } from './programs.ts';

const execute = promisify(execFile);
const PATIENCE_MS = 150_000;

/** What the program prints at its end. */
interface Printed {
  readonly readings: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface StreamsRun {
  readonly broker: string;
  /** Holds `readings` of them. */
  readonly topic: string;
  readonly readings: number;
  readonly threads: number;
}

export interface StreamsResult {
  /** From the first reading it saw to the last. */
  readonly perSecond: number;
  /** Of the whole process, its start included. */
  readonly cpuMicros: number;
}

/** Kafka Streams with one aggregate alone, from the beginning of a topic to its end. */
export async function runStreams(
  { java, classPath }: StreamsProgram,
  run: StreamsRun,
): Promise<StreamsResult> {
  const state = mkdtempSync(join(tmpdir(), 'vitalwire-bench-streams-'));
  try {
    const { stdout } = await execute(
      java,
      [
        `-Djava.io.tmpdir=${state}`,
        '-cp',
        classPath,
        'Peer',
        run.topic,
        String(run.readings),
        String(run.threads),
        run.broker,
      ],
      { timeout: PATIENCE_MS, killSignal: 'SIGKILL' },
    );
    const line = stdout.split('\n').find((text) => text.startsWith('{'));
    if (line === undefined) throw new Error(`Kafka Streams said no result: ${stdout}`);
    const { readings, seconds, cpuSeconds } = JSON.parse(line) as Printed;
    return { perSecond: readings / seconds, cpuMicros: (cpuSeconds / readings) * 1e6 };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
