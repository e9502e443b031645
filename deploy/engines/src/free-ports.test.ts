import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, freePorts } from './free-ports.ts';
import { isPortFree } from './network.ts';
import { portSettings } from './settings.ts';

test('a free port can be listened on', async () => {
  const port = await freePort();
  expect(await isPortFree('127.0.0.1', port)).toBe(true);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect(await isPortFree('127.0.0.1', port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
});

test("every setting gets a port of its own, and three nodes' ports do not meet", async () => {
  const ports = await freePorts();
  const { ENGINES_KAFKA_PORT: kafka, ENGINES_KAFKA_CONTROLLER_PORT: controller } = ports;
  const ofNodes = [0, 10, 20].flatMap((step) => [kafka + step, controller + step]);
  const all = new Set([
    ...portSettings.map((setting) => ports[setting]),
    ...ofNodes,
    ports.ENGINES_REDIS_PORT + 1,
  ]);
  expect(all.size).toBe(portSettings.length + 4 + 1);
  for (const port of all) expect(await isPortFree('127.0.0.1', port)).toBe(true);
});
