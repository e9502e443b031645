import type { MessagePort } from 'node:worker_threads';
import type { Consumer, EventLog, LogRecord, NewRecord } from '../../ports/event-log.ts';
import { packLogRecords, unpackRecords } from './packed-records.ts';
import {
  fromPortable,
  toPortable,
  type AppendCall,
  type PortableError,
  type Request,
  type Response,
} from './protocol.ts';

/** Lets the thread at the other end of the port append to this thread's log and tail its topics, until the port closes. */
export function serveLog(port: MessagePort, log: Pick<EventLog, 'append' | 'tail'>): void {
  const appends = new AppendServer(port, log);
  const tails = new Map<number, ServedTail>();
  port.on('message', (request: Request) => {
    if (request.kind === 'append') return appends.append(request);
    if (request.kind === 'tail') return void tails.set(request.id, new ServedTail(port, log, request));
    const tail = tails.get(request.id);
    if (request.kind === 'handled') return tail?.handled(request.error);
    tails.delete(request.id);
    void tail?.stop();
  });
  port.once('close', () => {
    for (const tail of tails.values()) void tail.stop();
  });
}

/**
 * What came in one message is appended together, so many records at a time: a promise and a job for each reading cost more than writing it,
 * and more at once would hold up what else is to be written.
 */
const TOGETHER_RECORDS = 256;

class AppendServer {
  readonly #port: MessagePort;
  readonly #log: Pick<EventLog, 'append'>;
  #appended: number[] = [];

  constructor(port: MessagePort, log: Pick<EventLog, 'append'>) {
    this.#port = port;
    this.#log = log;
  }

  append({ calls, records }: Request & { readonly kind: 'append' }): void {
    const unpacked = unpackRecords(records);
    let together: AppendCall[] = [];
    let from = 0;
    let end = 0;
    for (const call of calls) {
      together.push(call);
      end += call.count;
      if (end - from < TOGETHER_RECORDS) continue;
      this.#append(together, unpacked.slice(from, end));
      together = [];
      from = end;
    }
    if (together.length > 0) this.#append(together, unpacked.slice(from, end));
  }

  #append(calls: readonly AppendCall[], records: readonly NewRecord[]): void {
    this.#log.append(records).then(
      () => {
        for (const { id } of calls) this.#answer(id);
      },
      (error: unknown) => {
        if (calls.length > 1) return this.#appendEach(calls, records);
        for (const { id } of calls) send(this.#port, { kind: 'refused', id, error: toPortable(error) });
      },
    );
  }

  /** One call that is refused costs the others nothing, and each is told its own reason. */
  #appendEach(calls: readonly AppendCall[], records: readonly NewRecord[]): void {
    let from = 0;
    for (const call of calls) {
      this.#append([call], records.slice(from, from + call.count));
      from += call.count;
    }
  }

  /** What became durable together is answered together. */
  #answer(id: number): void {
    if (this.#appended.push(id) > 1) return;
    queueMicrotask(() => {
      const ids = this.#appended;
      this.#appended = [];
      send(this.#port, { kind: 'appended', ids });
    });
  }
}

class ServedTail {
  readonly #port: MessagePort;
  readonly #id: number;
  readonly #consumer: Promise<Consumer>;
  #handling: PromiseWithResolvers<void> | undefined;
  #stopped = false;

  constructor(
    port: MessagePort,
    log: Pick<EventLog, 'tail'>,
    { id, topic }: { readonly id: number; readonly topic: string },
  ) {
    this.#port = port;
    this.#id = id;
    this.#consumer = log.tail(topic, (records) => this.#handle(records));
    this.#consumer.then(
      ({ failed }) => {
        send(port, { kind: 'tailing', id });
        failed.catch((error: unknown) => this.#failed(error));
      },
      (error: unknown) => this.#failed(error),
    );
  }

  handled(error: PortableError | undefined): void {
    if (error) this.#handling?.reject(fromPortable(error));
    else this.#handling?.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // Nobody answers any more.
    this.#handling?.resolve();
    await this.#consumer.then((consumer) => consumer.stop()).catch(() => undefined);
    send(this.#port, { kind: 'stopped', id: this.#id });
  }

  #handle(records: readonly LogRecord[]): Promise<void> | undefined {
    if (this.#stopped) return undefined;
    this.#handling = Promise.withResolvers();
    send(this.#port, { kind: 'records', id: this.#id, records: packLogRecords(records) });
    return this.#handling.promise;
  }

  #failed(error: unknown): void {
    send(this.#port, { kind: 'tail-failed', id: this.#id, error: toPortable(error) });
  }
}

function send(port: MessagePort, response: Response): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  port.postMessage(response);
}
