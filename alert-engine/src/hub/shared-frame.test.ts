import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { SharedFrame } from './shared-frame.ts';

const TEXTS = [
  ['nothing', ''],
  ['what a short header holds', 'a'.repeat(125)],
  ['what it does not', 'a'.repeat(126)],
  ['what 16 bits count', 'a'.repeat(2 ** 16 - 1)],
  ['what they do not', 'a'.repeat(2 ** 16)],
  ['letters of several bytes', 'Zoë 🫀 '.repeat(40)],
] as const;

it.each(TEXTS)('a client of another make reads %s, in order with what ws sends', async (_name, text) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  onTestFinished(() => server.close());
  server.on('connection', (socket, { socket: wire }) => {
    const frame = new SharedFrame(text);
    socket.send('before');
    for (let i = 0; i < 2; i++) wire.write(frame.bytes);
    socket.send('after');
    socket.close();
  });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const received: unknown[] = [];
  client.on('message', (data: Buffer, isBinary) => received.push(isBinary ? data : data.toString()));
  await once(client, 'close');
  expect(received).toEqual(['before', text, text, 'after']);
});
