import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { EngineFailure } from './failure.ts';
import { isPortFree } from './network.ts';
import { portSettings, type Ports } from './settings.ts';

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Below the ports that the system gives to outgoing connections, one of which would sooner or later be among ours. */
const FIRST_PORT = 15_000;
const LAST_PORT = 31_000;
/** Three nodes of Kafka stand ten ports apart, so that a block of thirty holds every engine's. */
const BLOCK = 30;
const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const ATTEMPTS = 100;

/** Ports for a set of engines with as many nodes as each may have: a block that nobody listens in, its place by chance so that two seekers seldom meet. */
export async function freePorts(): Promise<Ports> {
  const blocks = Math.floor((LAST_PORT - FIRST_PORT) / BLOCK);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = FIRST_PORT + BLOCK * Math.floor(Math.random() * blocks);
    if (await isBlockFree(first))
      return Object.fromEntries(portSettings.map((setting, index) => [setting, first + index])) as Ports;
  }
  throw new EngineFailure(`no ${BLOCK} free ports in a row between ${FIRST_PORT} and ${LAST_PORT}`);
}

async function isBlockFree(first: number): Promise<boolean> {
  const asked = HOSTS.flatMap((host) =>
    Array.from({ length: BLOCK }, (_, index) => isPortFree(host, first + index)),
  );
  return (await Promise.all(asked)).every(Boolean);
}
