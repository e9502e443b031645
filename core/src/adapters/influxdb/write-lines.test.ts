import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { connectInflux } from './buckets.ts';
import { influxError } from './influx-error.ts';
import { bytesOf, writeLines } from './write-lines.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server in InfluxDB's place. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connectInflux({ url: `http://127.0.0.1:${port}`, token: 't', org: 'o', ca: undefined });
  return (lines: readonly string[]) =>
    writeLines(
      client,
      'an org',
      'recent_data',
      bytesOf(lines, (line) => line),
    );
}

it.each([
  { what: 'few lines as they are', count: 2, encoding: undefined },
  { what: 'many compressed', count: 500, encoding: 'gzip' },
])('sends $what', async ({ count, encoding }) => {
  const lines = Array.from({ length: count }, (_, i) => `vitals,patient_id=Ö${i} heartbeat=${i} 1`);
  let seen: unknown;
  const write = await answering((request, response) => {
    void buffer(request).then((body) => {
      const { method, url, headers } = request;
      const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      seen = { method, url, encoding: headers['content-encoding'], token: headers.authorization, text };
      response.writeHead(204).end();
    });
  });
  await write(lines);
  expect(seen).toEqual({
    method: 'POST',
    url: '/api/v2/write?org=an+org&bucket=recent_data&precision=ms',
    encoding,
    token: 'Token t',
    text: lines.map((line) => `${line}\n`).join(''),
  });
});

it.each([
  { status: 200, retriable: false, says: /200/ },
  { status: 401, retriable: false, says: /^INFLUX_TOKEN: / },
  { status: 503, retriable: true, says: /^INFLUX_URL: / },
])('takes an answer of $status for no write', async ({ status, retriable, says }) => {
  const write = await answering((request, response) => {
    request.resume();
    response.writeHead(status).end('{}');
  });
  const error = influxError(await write(['vitals heartbeat=1 1']).catch((refused: unknown) => refused));
  expect(error).toMatchObject({ retriable, message: expect.stringMatching(says) as string });
});

it('fails where the connection goes before an answer', async () => {
  const write = await answering((request) => request.socket.destroy());
  const error = influxError(await write(['vitals heartbeat=1 1']).catch((gone: unknown) => gone));
  expect(error).toMatchObject({ code: 'unavailable', retriable: true });
});
