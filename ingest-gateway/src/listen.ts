/** The ports that devices connect to: plain, and TLS where there is a certificate. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { GatewayLimits } from './limits.ts';

/** PEM. With `ca`, a device may show a certificate that it signed in place of user name and token. */
export interface GatewayTls {
  /** 0 takes a free one. */
  readonly port: number;
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

export interface ListenerEvents {
  readonly connected: (socket: Socket) => void;
  /** One more than may be connected, dropped as it came in. */
  readonly dropped: () => void;
  /** It ended before the two sides had agreed on a key. */
  readonly tlsFailed: (error: Error) => void;
}

export interface Listener {
  readonly port: number;
  /** Lets in no more; connections stay. */
  close(): void;
}

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };

export const listenPlain = (
  host: string,
  port: number,
  limits: GatewayLimits,
  events: ListenerEvents,
): Promise<Listener> =>
  listening(createServer(SOCKET_OPTIONS).on('connection', events.connected), host, port, limits, events);

export function listenTls(
  host: string,
  tls: GatewayTls,
  limits: GatewayLimits,
  events: ListenerEvents,
): Promise<Listener> {
  const server = createTlsServer({
    ...SOCKET_OPTIONS,
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.connectTimeoutMs,
    // A certificate is asked for and not demanded: what one is worth is judged with the CONNECT that follows.
    ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: false }),
  });
  server.on('secureConnection', events.connected);
  server.on('tlsClientError', events.tlsFailed);
  return listening(server, host, tls.port, limits, events);
}

/** Connections the system takes in before we do: of thousands of devices that come back at once, Node's 511 would see the rest reset. */
const ACCEPT_BACKLOG = 4_096;

async function listening(
  server: Server,
  host: string,
  port: number,
  limits: GatewayLimits,
  events: ListenerEvents,
): Promise<Listener> {
  server.maxConnections = limits.maxConnections;
  server.on('drop', events.dropped);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: ACCEPT_BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
