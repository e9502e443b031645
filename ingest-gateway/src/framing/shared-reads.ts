import { Socket } from 'node:net';

/** Tells what a socket received as it comes, in place of the stream's being read. */
export interface ByteSource {
  /** Called with bytes that are the receiver's own; false: no more until `resume`. To be set before the event loop turns. */
  received: (bytes: Buffer) => boolean;
  resume(): void;
}

export interface SharedRead {
  /** In place of the accepted one, which is no longer to be used. */
  readonly socket: Socket;
  readonly source: ByteSource;
}

/** As much as libuv asks for. */
const READ_BYTES = 64 * 1024;

/** What Node does not speak of in public: what a socket is a socket on. */
interface Handled {
  _handle?: { readonly useUserBuffer?: unknown } | null;
}

/**
 * Reads all sockets into one buffer. Node allocates 64 KiB for each read of a socket that has said nothing else, shrinks it to what came, and takes
 * that through a stream; `onread` (documented, since Node 12.10) reads into a given buffer and calls back at once. `net.Server` offers it
 * for no socket that it accepts, so that a second Socket is made on the handle of the accepted one.
 *
 * Relied upon, and not documented: `socket._handle`, which may be set to null, and that `new Socket` takes `handle`. It is what Node itself does with
 * a socket that `subprocess.send()` hands on (lib/internal/child_process.js), and what the server's documented `pauseOnConnect` is for.
 * Where it is otherwise, `take` answers undefined, and the accepted socket is as it was.
 */
export class SharedReads {
  readonly #buffer: Buffer;

  constructor(buffer = Buffer.allocUnsafeSlow(READ_BYTES)) {
    this.#buffer = buffer;
  }

  /** `accepted` is of a server with `pauseOnConnect`. */
  take(accepted: Socket & Handled): SharedRead | undefined {
    const handle = accepted._handle;
    if (typeof handle?.useUserBuffer !== 'function') return undefined;
    const buffer = this.#buffer;
    // The buffer is the next read's when this returns: what goes on is a copy, whoever may keep it.
    const callback = (length: number): boolean => source.received(Buffer.from(buffer.subarray(0, length)));
    const options = { handle, onread: { buffer, callback } };
    const socket: Socket & Handled = new Socket(options as object);
    if (socket._handle !== handle && !socket.destroyed) return undefined;
    const source: ByteSource = { received: () => false, resume: () => void socket.resume() };
    // To its server a socket that is handed on is one that has ended.
    accepted._handle = null;
    accepted.destroy();
    return { socket, source };
  }
}
