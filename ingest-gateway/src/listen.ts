/** The ports that devices connect to: plain, and TLS where there is a certificate. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { SharedReads, type ByteSource } from './framing/shared-reads.ts';
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
  /** `source` tells what the socket receives; where there is none the socket is read. */
  readonly connected: (socket: Socket, source: ByteSource | undefined) => void;
  /** One more than may be connected, dropped as it came in. */
  readonly dropped: () => void;
  /** It ended before the two sides had agreed on a key. */
  readonly tlsFailed: (error: Error) => void;
}

export interface Listeners {
  readonly port: number;
  readonly tlsPort: number | undefined;
  /** Lets in no more; connections stay. */
  close(): void;
}

const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };
/** Connections the system takes in before we do: of thousands of devices that come back at once, Node's 511 would see the rest reset. */
const ACCEPT_BACKLOG = 4_096;

/** Both ports share one bound: Node's own counts each server by itself, and a device may use either. */
export async function listen(
  at: { readonly host: string; readonly port: number; readonly tls: GatewayTls | undefined },
  limits: GatewayLimits,
  events: ListenerEvents,
): Promise<Listeners> {
  let open = 0;
  const bounded = (pauseOnConnect: boolean, admitted: (accepted: Socket) => Socket): Server =>
    createServer({ ...SOCKET_OPTIONS, pauseOnConnect }, (accepted) => {
      if (open >= limits.maxConnections) {
        accepted.destroy();
        return events.dropped();
      }
      open++;
      admitted(accepted).once('close', () => open--);
    });
  const reads = new SharedReads();
  const plain = bounded(true, (accepted) => {
    const { socket, source } = reads.take(accepted) ?? { socket: accepted, source: undefined };
    events.connected(socket, source);
    return socket;
  });
  const port = await listening(plain, at.host, at.port);
  if (at.tls === undefined) return { port, tlsPort: undefined, close: () => void plain.close() };
  try {
    const handshakes = tlsServer(at.tls, limits, events);
    const secure = bounded(false, (accepted) => {
      handshakes.emit('connection', accepted);
      return accepted;
    });
    const tlsPort = await listening(secure, at.host, at.tls.port);
    return {
      port,
      tlsPort,
      close() {
        plain.close();
        secure.close();
      },
    };
  } catch (error) {
    plain.close();
    throw error;
  }
}

/** Takes sockets that another server has let in; it does not listen itself. */
function tlsServer(tls: GatewayTls, limits: GatewayLimits, events: ListenerEvents): TlsServer {
  const server = createTlsServer({
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.connectTimeoutMs,
    // A certificate is asked for and not demanded: what one is worth is judged with the CONNECT that follows.
    ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: false }),
  });
  server.on('secureConnection', (socket) => events.connected(socket, undefined));
  server.on('tlsClientError', events.tlsFailed);
  return server;
}

async function listening(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: ACCEPT_BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}
