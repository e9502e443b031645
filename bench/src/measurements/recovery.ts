import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lower } from '../figure.ts';
import type { Measurement } from '../measurement.ts';
import type { FromEngine, ToEngine } from '../recovery/messages.ts';

const PATIENTS = 10_000;
/** Of the stream before the kill: what a patient's state is made of is all there. */
const SECONDS = 12;
const AIM_MS = 5_000;

export const recovery: Measurement = {
  name: 'recovery',
  about: `kill -9 and restart with ${PATIENTS.toLocaleString('en')} patients on SQLite: until the first alert of a new crossing; what a checkpoint costs`,
  needs: 'nothing',
  async run({ note }) {
    const folder = mkdtempSync(join(tmpdir(), 'vitalwire-bench-recovery-'));
    try {
      note('filling the state');
      const first = start(folder);
      await told(first, 'started');
      const filled = await asked(first, { do: 'fill', patients: PATIENTS, seconds: SECONDS }, 'filled');
      first.kill('SIGKILL');
      await once(first, 'exit');
      note('starting again');
      const startedMs = performance.now();
      const second = start(folder);
      const { backlog } = await told(second, 'started');
      const upMs = performance.now() - startedMs;
      await asked(second, { do: 'alert' }, 'alert');
      const alertMs = performance.now() - startedMs;
      second.kill('SIGKILL');
      await once(second, 'exit');
      const { alerting, storage } = filled.checkpoints;
      if (!alerting || !storage) throw new Error('the pipelines saved nothing');
      return [
        lower('from the start to the first alert', alertMs, 'ms', AIM_MS),
        lower('from the start to consuming', upMs, 'ms'),
        lower('records to do again', backlog, 'records'),
        lower('alerting checkpoint', alerting.bytes / PATIENTS, 'B a patient'),
        lower('alerting checkpoint of a partition, saved', alerting.tookMs, 'ms'),
        lower('storage checkpoint', storage.bytes / PATIENTS, 'B a patient'),
        lower('storage checkpoint of a partition, saved', storage.tookMs, 'ms'),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** With compiled code kept from the run before, as the embedded deployment does. */
const start = (folder: string): ChildProcess =>
  fork(fileURLToPath(new URL('../recovery/engine.ts', import.meta.url)), [folder], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  });

function asked<Kind extends FromEngine['told']>(
  child: ChildProcess,
  message: ToEngine,
  kind: Kind,
): Promise<Extract<FromEngine, { told: Kind }>> {
  const answer = told(child, kind);
  child.send(message);
  return answer;
}

function told<Kind extends FromEngine['told']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromEngine, { told: Kind }>> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the engine ended with ${code}`));
    child.once('exit', ended);
    child.on('message', function heard(message: FromEngine) {
      if (message.told !== kind) return;
      child.off('message', heard);
      child.off('exit', ended);
      resolve(message as Extract<FromEngine, { told: Kind }>);
    });
  });
}
