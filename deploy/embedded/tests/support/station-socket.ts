import { PATIENCE_MS } from '@vitalwire/core/testing/eventually.ts';
import { WebSocket } from 'ws';

export interface Frame {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface AlertFrame extends Frame {
  readonly cursor: string;
  readonly alert: {
    readonly id: string;
    readonly patient_id: string;
    readonly type: string;
    readonly status: string;
    readonly event: string;
    readonly priority: string;
  };
}

/** A nurse station's socket: says hello, keeps every frame. */
export interface StationSocket {
  readonly frames: Frame[];
  /** The first frame, past or future, that satisfies. */
  next<T extends Frame>(satisfies: (frame: Frame) => boolean, withinMs?: number): Promise<T>;
  close(): void;
}

export async function stationSocket(
  httpUrl: string,
  hello: { token: string; regions?: readonly string[]; since?: string },
): Promise<StationSocket> {
  const socket = new WebSocket(`${httpUrl.replace('http', 'ws')}/ws`);
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let end = '';
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString('utf8')) as Frame);
    for (const look of waiting) look();
  });
  // Nothing comes after it: whoever waits need not wait in vain.
  socket.on('close', (code, reason) => {
    end = ` before the end (${code} ${reason.toString('utf8')})`;
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.send(JSON.stringify({ type: 'hello', ...hello }));
  return {
    frames,
    next<T extends Frame>(satisfies: (frame: Frame) => boolean, withinMs = PATIENCE_MS): Promise<T> {
      return new Promise((resolve, reject) => {
        const giveUp = (when: string): void => {
          clearTimeout(timer);
          waiting.delete(look);
          reject(
            new Error(`no such frame${when} among ${JSON.stringify(frames.map((frame) => frame.type))}`),
          );
        };
        const look = (): void => {
          const found = frames.find(satisfies);
          if (!found) return end === '' ? undefined : giveUp(end);
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found as T);
        };
        const timer = setTimeout(() => giveUp(` in ${withinMs} ms`), withinMs);
        waiting.add(look);
        look();
      });
    },
    close: () => socket.terminate(),
  };
}
