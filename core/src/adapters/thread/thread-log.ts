import type { MessagePort } from 'node:worker_threads';
import type { Consumer, EventLog, LogRecord, NewRecord } from '../../ports/event-log.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { Slots } from '../../runtime/slots.ts';
import { RecordPacker, unpackLogRecords } from './packed-records.ts';
import { fromPortable, toPortable, type AppendCall, type Request, type Response } from './protocol.ts';

type Handler = (records: readonly LogRecord[]) => Promise<void> | void;

/** The event log of another thread, which serves it (`serveLog`) at the other end of the port: to append, and to tail a topic. */
export class ThreadLog implements Pick<EventLog, 'append' | 'tail'> {
  readonly #port: MessagePort;
  readonly #appends = new Slots<PromiseWithResolvers<void>>();
  readonly #tails = new Map<number, RemoteTail>();
  #tailIds = 0;
  #calls: AppendCall[] = [];
  #packer = new RecordPacker();
  #closed = false;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (response: Response) => this.#received(response));
    port.once('close', () => this.#close());
  }

  append(records: readonly NewRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (records.length === 0) return Promise.resolve();
    const outcome = Promise.withResolvers<void>();
    const id = this.#appends.put(outcome);
    for (const record of records) this.#packer.add(record);
    // Calls of one turn share a message.
    if (this.#calls.push({ id, count: records.length }) === 1) queueMicrotask(() => this.#flush());
    return outcome.promise;
  }

  async tail(topic: string, handler: Handler): Promise<Consumer> {
    if (this.#closed) throw closedError();
    const id = ++this.#tailIds;
    const tail = new RemoteTail((request) => this.#send({ ...request, id }), handler);
    this.#tails.set(id, tail);
    this.#send({ kind: 'tail', id, topic });
    await tail.caughtUp;
    return tail;
  }

  #flush(): void {
    const records = this.#packer.packed();
    const calls = this.#calls;
    this.#packer = new RecordPacker();
    this.#calls = [];
    if (!this.#closed) this.#send({ kind: 'append', calls, records }, [records.values.buffer]);
  }

  #received(response: Response): void {
    if (response.kind === 'appended') {
      for (const id of response.ids) this.#appends.take(id)?.resolve();
      return;
    }
    if (response.kind === 'refused')
      return this.#appends.take(response.id)?.reject(fromPortable(response.error));
    this.#tails.get(response.id)?.received(response);
    if (response.kind === 'stopped') this.#tails.delete(response.id);
  }

  /** The other thread is gone, or has closed its end. */
  #close(): void {
    this.#closed = true;
    for (const { reject } of this.#appends.takeAll()) reject(closedError());
    for (const tail of this.#tails.values()) tail.closed();
    this.#tails.clear();
  }

  #send(request: Request, transferred: readonly ArrayBuffer[] = []): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#port.postMessage(request, transferred);
  }
}

type TailRequest =
  | { readonly kind: 'handled'; readonly error: ReturnType<typeof toPortable> | undefined }
  | { readonly kind: 'stop' };

class RemoteTail implements Consumer {
  readonly #send: (request: TailRequest) => void;
  readonly #handler: Handler;
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<never>();
  readonly #stopped = Promise.withResolvers<void>();
  #handling: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(send: (request: TailRequest) => void, handler: Handler) {
    this.#send = send;
    this.#handler = handler;
    // Whoever does not listen must not be ended by it.
    this.#failed.promise.catch(() => {});
  }

  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  received(response: Exclude<Response, { readonly kind: 'appended' | 'refused' }>): void {
    if (response.kind === 'records') this.#handling = this.#handle(unpackLogRecords(response.records));
    else if (response.kind === 'tailing') this.#caughtUp.resolve();
    else if (response.kind === 'tail-failed') this.#fail(fromPortable(response.error));
    else this.#stopped.resolve();
  }

  closed(): void {
    this.#fail(closedError());
    this.#stopped.resolve();
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#send({ kind: 'stop' });
    await this.#stopped.promise;
    await this.#handling;
  }

  async #handle(records: readonly LogRecord[]): Promise<void> {
    if (this.#stopping) return;
    try {
      await this.#handler(records);
      this.#send({ kind: 'handled', error: undefined });
    } catch (error) {
      this.#send({ kind: 'handled', error: toPortable(error) });
    }
  }

  #fail(error: Error): void {
    this.#caughtUp.reject(error);
    this.#failed.reject(error);
  }
}

const closedError = (): VitalwireError =>
  new VitalwireError('closed', "the other thread's event log is closed", { retriable: false });
