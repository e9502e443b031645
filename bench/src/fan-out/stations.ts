/** The stations of `fan-out`, all in a process of their own: sockets that count what comes. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { StationsCount, TimedFrame, ToStations } from './messages.ts';

const AT_ONCE = 50;
const IS_VITALS = '{"type":"vitals"';

let sockets: WebSocket[] = [];
let [frames, bytes, alerts, alertedAtMs] = [0, 0, 0, 0];
let onAlert: (() => void) | undefined;
let recorded: TimedFrame[] | undefined;
let recordedFromMs: number | undefined;

process.on('message', (message: ToStations) => void obey(message).then((answer) => process.send?.(answer)));
process.once('disconnect', () => process.exit());

async function obey(message: ToStations): Promise<StationsCount> {
  switch (message.do) {
    case 'join':
      for (let from = 0; from < message.count; from += AT_ONCE) {
        const batch = Array.from({ length: Math.min(AT_ONCE, message.count - from) }, () => join(message));
        sockets.push(...(await Promise.all(batch)));
      }
      break;
    case 'record':
      recorded = [];
      recordedFromMs = undefined;
      break;
    case 'await-alerts': {
      const { promise, resolve } = Promise.withResolvers<void>();
      onAlert = () => alerts >= message.alerts * sockets.length && resolve();
      onAlert();
      await promise;
      onAlert = undefined;
      break;
    }
    case 'count':
      break;
    case 'leave':
      await Promise.all(
        sockets.map(async (socket) => {
          socket.terminate();
          if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
        }),
      );
      sockets = [];
      recorded = undefined;
  }
  return { frames, bytes, alertedAtMs, recorded: recorded ?? [] };
}

/** Resolves once it will be sent what the others are. */
async function join({ url, token }: Extract<ToStations, { do: 'join' }>): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const isFirst = sockets.length === 0;
  socket.on('error', (error) => {
    throw error;
  });
  const joined = Promise.withResolvers<void>();
  socket.on('open', () => {
    if (token === undefined) joined.resolve();
    else socket.send(JSON.stringify({ type: 'hello', token }));
  });
  socket.on('message', (data: Buffer) => {
    frames++;
    bytes += data.length;
    const type = data.subarray(9, 14).toString('latin1');
    if (type === 'snaps') joined.resolve();
    if (type === 'alert') {
      alerts++;
      alertedAtMs = wallMs();
      onAlert?.();
    }
    if (isFirst && recorded && socket === sockets[0]) keep(recorded, data);
  });
  await joined.promise;
  return socket;
}

/** Finer than whole milliseconds. */
const wallMs = (): number => performance.timeOrigin + performance.now();

function keep(into: TimedFrame[], data: Buffer): void {
  const text = data.toString('utf8');
  if (!text.startsWith(IS_VITALS)) return;
  recordedFromMs ??= performance.now();
  into.push({ atMs: performance.now() - recordedFromMs, text });
}
