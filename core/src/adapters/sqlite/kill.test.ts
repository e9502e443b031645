import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { TOPICS } from '../../runtime/topics.ts';
import { readAll, textOf } from '../../testing/contracts/event-log-harness.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openSqlitePorts, type SqlitePorts } from './open-sqlite-ports.ts';

const CHILD = fileURLToPath(new URL('./appending-child.ts', import.meta.url));

describe('kill -9', () => {
  const folder = { current: temporaryFolder() };
  beforeEach(() => {
    folder.current = temporaryFolder();
  });
  afterEach(() => folder.current.remove());
  const path = (): string => join(folder.current.path, 'data', 'vitalwire.db');

  const open = (): Promise<SqlitePorts> =>
    openSqlitePorts({
      path: path(),
      clock: systemClock,
      logger: createLogger('test', 'silent'),
      partitions: 4,
      registry: undefined,
    });

  /** Runs the child until it acknowledged `lines`, kills it, and answers with all it acknowledged. */
  async function acknowledgedUntilKilled(run: string, lines: number): Promise<string[]> {
    const child = spawn(process.execPath, [CHILD, path(), run], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.split('\n').length > lines) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    return output.split('\n').slice(0, -1);
  }

  it('loses nothing that was acknowledged, time after time', async () => {
    const acknowledged: string[] = [];
    for (const run of ['first', 'second', 'third']) {
      acknowledged.push(...(await acknowledgedUntilKilled(run, 1500)));
    }
    const ports = await open();
    const appended = new Set((await readAll(ports.log, TOPICS.readings.name)).map(textOf));
    const stored = async (kind: string, name: string): Promise<boolean> => {
      if (kind === '0') return (await ports.checkpoints.load(name, 0))?.state.length === 1000;
      if (kind === '1') return (await ports.alerts.get('West', name)) !== undefined;
      if (kind === '2') {
        const points = await ports.timeSeries.raw({ patientId: name, fromMs: 0, toMs: 2, limit: 2 });
        return points.length === 1;
      }
      return appended.has(name);
    };
    const lost: string[] = [];
    for (const line of acknowledged) {
      const [kind = '', name = ''] = line.split(' ');
      if (!(await stored(kind, name))) lost.push(line);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(4500);
    expect(new Set(acknowledged.map((line) => line[0]))).toEqual(new Set(['0', '1', '2', '3']));
    expect(lost).toEqual([]);
    await ports.close();
  });

  it('refuses a second process while the first lives, and opens at once when it is dead', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'rejected' });
    const child = spawn(process.execPath, [CHILD, path(), 'refused'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).not.toBe(0);
    expect(complaint).toContain('is in use by another process');
    await first.close();
    await acknowledgedUntilKilled('alone', 10);
    await (await open()).close();
  });
});
