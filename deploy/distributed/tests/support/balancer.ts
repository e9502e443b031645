import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP balancer: round robin over the targets, skipping one that does not answer, as any in front of gateways does. */
export class Balancer {
  /** Ports on loopback; may be changed at any time, for connections to come. */
  targets: readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;

  private constructor(targets: readonly number[]) {
    this.targets = targets;
    this.#server = createServer((client) => this.#forward(client, this.targets.length));
  }

  static async before(targets: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(targets);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(client: Socket, triesLeft: number): void {
    const port = this.targets[this.#next++ % this.targets.length];
    if (port === undefined || triesLeft === 0) return void client.destroy();
    const server = connect(port, '127.0.0.1');
    const elsewhere = (): void => this.#forward(client, triesLeft - 1);
    server.once('error', elsewhere);
    client.on('error', () => client.destroy());
    server.once('connect', () => {
      server.off('error', elsewhere);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy()).on('close', () => (this.#sockets.delete(from), to.destroy()));
        from.pipe(to);
      }
    });
  }
}
