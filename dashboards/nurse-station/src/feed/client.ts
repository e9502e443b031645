/** Keeps a WebSocket to the alert engine: says hello, resumes by the last cursor, and comes back after every loss. */
import { parseFrame, type Frame } from './frames.ts';
import { retryDelayMs } from './backoff.ts';
import { SILENCE_MS } from './monitoring.ts';

export type LinkPhase = 'connecting' | 'open' | 'waiting';

export interface FeedListener {
  frame(frame: Frame): void;
  phase(phase: LinkPhase): void;
  /** A socket ended before the server's welcome: perhaps the token is not accepted. */
  refused(): void;
}

export interface FeedConfig {
  readonly url: string;
  readonly token: string;
  /** Asked at each connection. */
  readonly cursor: () => string | undefined;
}

export interface Feed {
  /** Tries at once instead of waiting (the network is back). */
  hurry(): void;
  /** Comes back at once for a new snapshot: who is on the wall has changed. */
  again(): void;
  /** Idempotent; nothing is told to the listener afterwards. */
  stop(): void;
}

export function startFeed(config: FeedConfig, listener: FeedListener): Feed {
  let attempt = 0;
  let socket: WebSocket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let lastFrameMs = 0;
  let welcomed = false;
  let stopped = false;

  const connect = (): void => {
    clearTimeout(retry);
    retry = undefined;
    welcomed = false;
    lastFrameMs = performance.now();
    listener.phase('connecting');
    const opened = new WebSocket(config.url);
    socket = opened;
    opened.addEventListener('open', () => {
      if (socket !== opened) return;
      const since = config.cursor();
      opened.send(
        JSON.stringify({ type: 'hello', token: config.token, ...(since === undefined ? {} : { since }) }),
      );
    });
    opened.addEventListener('message', ({ data }) => {
      if (socket !== opened || typeof data !== 'string') return;
      lastFrameMs = performance.now();
      const frame = parseFrame(data);
      if (frame === undefined) return;
      if (frame.type === 'welcome') {
        welcomed = true;
        listener.phase('open');
      }
      // Only a connection that has brought everything counts as a success; a server that dies on hello is left in peace.
      if (frame.type === 'snapshot') attempt = 0;
      listener.frame(frame);
    });
    opened.addEventListener('close', () => {
      if (socket === opened) lost();
    });
  };

  const lost = (): void => {
    const gone = socket;
    socket = undefined;
    gone?.close();
    if (stopped) return;
    if (!welcomed) listener.refused();
    listener.phase('waiting');
    retry = setTimeout(connect, retryDelayMs(attempt++, Math.random()));
  };

  // A socket whose other end has vanished never says so by itself.
  const watchdog = setInterval(() => {
    if (socket !== undefined && performance.now() - lastFrameMs > SILENCE_MS) lost();
  }, 1000);

  connect();
  return {
    hurry() {
      if (retry !== undefined && !stopped) connect();
    },
    again() {
      if (stopped) return;
      const gone = socket;
      socket = undefined;
      gone?.close();
      connect();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(watchdog);
      clearTimeout(retry);
      const gone = socket;
      socket = undefined;
      gone?.close();
    },
  };
}
