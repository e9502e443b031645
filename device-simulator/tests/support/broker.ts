import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { decodeReading, decodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';

export interface Arrival {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
}

/** A bare Aedes that remembers what arrived, and misbehaves on request. */
export interface TestBroker {
  readonly url: string;
  readonly port: number;
  readonly arrivals: Arrival[];
  /** Client id, user name and password of each CONNECT. */
  readonly connects: { readonly id: string; readonly username: string; readonly password: string }[];
  /** Readings by live topic, in order of arrival. */
  live(): Reading[];
  backfilled(): Reading[];
  /** From now on what arrives is kept but not acknowledged. */
  withholdAcknowledgements: boolean;
  refuseConnections: boolean;
  /** Resets every connection. */
  cutAll(): void;
  stop(): Promise<void>;
}

const NOT_AUTHORISED = 5;

export async function startBroker(): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ending = (kind: string): Arrival[] => broker.arrivals.filter(({ topic }) => topic.endsWith(kind));
  const broker: TestBroker = {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    arrivals: [],
    connects: [],
    live: () => ending('/readings').map(({ payload }) => decodeReading(payload)),
    backfilled: () => ending('/backfill').flatMap(({ payload }) => decodeReadingBatch(payload)),
    withholdAcknowledgements: false,
    refuseConnections: false,
    cutAll() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
  aedes.authenticate = (client: Client, username, password, done) => {
    broker.connects.push({ id: client.id, username: username ?? '', password: String(password) });
    if (broker.refuseConnections) {
      const refusal: AuthenticateError = Object.assign(new Error('refused'), { returnCode: NOT_AUTHORISED });
      done(refusal, false);
    } else {
      done(null, true);
    }
  };
  aedes.authorizePublish = (_client, { topic, payload, retain }, done) => {
    broker.arrivals.push({ topic, payload: Buffer.from(payload), retain });
    if (!broker.withholdAcknowledgements) done(null);
  };
  return broker;
}

export async function eventually(isTrue: () => boolean, withinMs = 10_000): Promise<void> {
  const deadlineMs = Date.now() + withinMs;
  while (!isTrue()) {
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
