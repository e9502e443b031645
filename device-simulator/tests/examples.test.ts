/** The README's examples of publishing from one's own device. The Python one is tried with the deployment (outside.clients.test.ts). */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startBroker } from './support/broker.ts';

const run = promisify(execFile);

it('publish.mjs publishes a reading and ends on its PUBACK', async () => {
  const broker = await startBroker();
  try {
    const example = fileURLToPath(new URL('../../docs/examples/publish.mjs', import.meta.url));
    const { stdout } = await run(process.execPath, [example, 'the-token', String(broker.port)]);
    expect(stdout).toContain('acknowledged');
    expect(broker.connects).toEqual([{ id: 'MON-1', username: 'MON-1', password: 'the-token' }]);
    expect(broker.live()).toMatchObject([
      { deviceId: 'MON-1', region: 'Northeast', sequence: 1, mode: 'real', vitals: { heartbeat: 72 } },
    ]);
  } finally {
    await broker.stop();
  }
});
