/** An event log in memory that can be made slow, hanging or failing: what the gateway appends and follows, and nothing else of the port. */
import type { Consumer, EventLog, LogRecord, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';

const unused = (): never => {
  throw new Error('the gateway only appends and follows');
};

export class FaultyLog implements EventLog {
  /** Durable, in order. */
  readonly records: NewRecord[] = [];
  appends = 0;
  /** Every append takes so long. */
  delayMs = 0;
  /** Asked before each append: an error fails it, and nothing of it is kept. */
  fault: (records: readonly NewRecord[]) => Error | undefined = () => undefined;
  #hanging: (() => void)[] | undefined;
  readonly #tails = new Map<(records: readonly LogRecord[]) => unknown, string>();

  /** Appends that come from now on wait until `release`. */
  hang(): void {
    this.#hanging ??= [];
  }

  release(): void {
    const waiting = this.#hanging ?? [];
    this.#hanging = undefined;
    for (const go of waiting) go();
  }

  get hangingAppends(): number {
    return this.#hanging?.length ?? 0;
  }

  of(topic: string): NewRecord[] {
    return this.records.filter((record) => record.topic === topic);
  }

  async append(records: readonly NewRecord[]): Promise<void> {
    this.appends++;
    const fault = this.fault(records);
    if (fault) throw fault;
    if (this.#hanging) await new Promise<void>((resolve) => this.#hanging?.push(resolve));
    if (this.delayMs > 0) await new Promise((resolve) => void setTimeout(resolve, this.delayMs));
    for (const record of records) {
      const stored = { ...record, partition: 0, offset: this.records.push(record) };
      for (const [tell, topic] of this.#tails) if (topic === record.topic) tell([stored]);
    }
  }

  async tail(topic: string, handler: (records: readonly LogRecord[]) => unknown): Promise<Consumer> {
    this.#tails.set(handler, topic);
    return {
      failed: new Promise<never>(() => {}),
      stop: async () => void this.#tails.delete(handler),
    };
  }

  consume = unused;
  read = unused;
  bounds = unused;
  committed = unused;
  async ping(): Promise<void> {}
  async close(): Promise<void> {}
}

export const away = (): VitalwireError =>
  new VitalwireError('unavailable', 'the log is away', { retriable: true });
export const refusal = (): VitalwireError =>
  new VitalwireError('rejected', 'the log refuses the record', { retriable: false });
