import { connect, createServer } from 'node:net';

/** False when anything already listens there. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Sends one request and resolves with the bytes of the answer once `isWhole` says so: enough of a client for a
 * readiness probe. Rejects when the connection fails, closes early or takes longer than the limit.
 */
export async function askTcp(
  host: string,
  port: number,
  request: Buffer,
  isWhole: (answer: Buffer) => boolean,
  secondsMax = 5,
): Promise<Buffer> {
  const socket = connect({ host, port });
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      let answer = Buffer.alloc(0);
      socket.setTimeout(secondsMax * 1000, () => reject(new Error(`no answer from ${host}:${port}`)));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`${host}:${port} closed the connection`)));
      socket.on('data', (bytes) => {
        answer = Buffer.concat([answer, bytes]);
        if (isWhole(answer)) resolve(answer);
      });
      socket.write(request);
    });
  } finally {
    socket.destroy();
  }
}
