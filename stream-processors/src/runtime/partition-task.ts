import type { EventLog, LogRecord, PartitionBounds, PartitionTask } from '@vitalwire/core/ports/event-log.ts';
import { VitalwireError, messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { OneByOne } from '@vitalwire/core/runtime/one-by-one.ts';
import { decodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { toStreamReading } from '../operators/stream-reading.ts';
import type { Tally } from '../pipelines/tally.ts';
import { storeDeadLetters, type DeadLetter } from '../sinks/dead-letters.ts';
import type { Inbox } from './news.ts';
import { PartitionCheckpoints, type PartitionCheckpointsOptions } from './partition-checkpoints.ts';
import { PoisonGauge } from './poison-gauge.ts';
import { ShowPace } from './show-pace.ts';
import type { Sink, Topology } from './topology.ts';

export interface TaskOptions<State, Outputs> extends PartitionCheckpointsOptions<State, Outputs> {
  readonly topology: Topology<State, Outputs>;
  readonly sink: Sink<Outputs>;
  readonly log: EventLog;
  readonly logger: Logger;
  readonly state: State;
  /** What was decided elsewhere than in the stream. */
  readonly inbox: Inbox;
}

/** Instead of an arrival: nothing newer is waiting. */
const UP_TO_DATE = Number.POSITIVE_INFINITY;

/**
 * Runs a topology over one partition.
 *
 * Effects come before offsets: a batch is done when its outputs are stored, and a checkpoint (state and next offset, together) is taken
 * only between batches, and saved beside those that follow. Wherever the process dies, the next task restores the newest checkpoint and
 * reads on from its offset; the same records at the same processing times put out the same, which stores know already. What ticks decided
 * is not in the records: it is saved with the state, as unstored outputs, before it takes effect. So are news (settings, patients), which a
 * replay meets in the checkpoint.
 */
export class StreamTask<State, Outputs extends { readonly tally: Tally }> implements PartitionTask {
  readonly startAt: number | undefined;
  readonly partition: number;
  readonly #options: TaskOptions<State, Outputs>;
  readonly #poison = new PoisonGauge();
  readonly #state: State;
  readonly #checkpoints: PartitionCheckpoints<State, Outputs>;
  #nextOffset: number | undefined;
  #arrivedMs = Number.NEGATIVE_INFINITY;
  #wasAtEnd = false;
  /** News that change anything cost a checkpoint: not before this. */
  #newsDueMs = Number.NEGATIVE_INFINITY;
  /** Outputs of the batch before, where what they have to show was left to the next. */
  #unshown: Outputs | undefined;
  readonly #showPace: ShowPace;
  /** Batches, ticks and the release. */
  readonly #works = new OneByOne();
  #ticking = false;
  /** Memory ran ahead of what is stored: nothing of it may be saved. */
  #broken = false;

  constructor(options: TaskOptions<State, Outputs>) {
    this.#options = options;
    this.partition = options.partition;
    this.startAt = options.startAt;
    this.#state = options.state;
    this.#showPace = new ShowPace(options.topology.shownEveryMs);
    this.#nextOffset = options.startAt;
    this.#checkpoints = new PartitionCheckpoints(options);
  }

  process(records: readonly LogRecord[]): Promise<void> {
    return this.#works.run(() => this.#processBatch(records));
  }

  /**
   * Lets processing time go on. A task that has reached the end of the partition's `bounds` has come to `askedAtMs`, the wall time before
   * the log was asked for them (by now others may wait behind them); one that has not goes by the newest arrival it has seen. Resolves to
   * how many records it is behind, or undefined when the tick before still runs.
   */
  async tick(bounds: PartitionBounds, askedAtMs: number): Promise<number | undefined> {
    if (this.#ticking || this.#broken || this.#checkpoints.superseded) return undefined;
    this.#ticking = true;
    try {
      return await this.#works.run(() => this.#advance(bounds, askedAtMs));
    } finally {
      this.#ticking = false;
    }
  }

  /** Age of the newest record taken in, where the last tick found others behind it; Infinity before the first. */
  behindMs(): number {
    return this.#wasAtEnd ? 0 : this.#options.clock.now() - this.#arrivedMs;
  }

  release(): Promise<void> {
    return this.#works.run(async () => {
      // Whoever has the partition next must not find its checkpoint replaced by one of here.
      await this.#checkpoints.settled();
      if (this.#broken || this.#checkpoints.superseded) return;
      if (this.#unshown !== undefined) {
        const outputs = this.#options.topology.newOutputs(this.#unshown);
        this.#show(outputs, false);
        await this.#store(outputs, []);
      }
      if (!this.#checkpoints.lacks(this.#nextOffset)) return this.#checkpoints.check();
      await this.#saved();
    });
  }

  async #processBatch(records: readonly LogRecord[]): Promise<void> {
    const { topology, clock, metrics } = this.#options;
    if (this.#checkpoints.superseded) return;
    this.#checkpoints.check();
    if (this.#broken) throw new VitalwireError('closed', 'the task has failed', { retriable: false });
    const outputs = topology.newOutputs(this.#unshown);
    const letters: DeadLetter[] = [];
    const last = records.at(-1);
    await this.#orBroken(async () => {
      // Before the first reading it is known who the patients are.
      if (this.#newsDueMs === Number.NEGATIVE_INFINITY) await this.#takeNews();
      const waits = this.#mayWait(last?.timestampMs ?? UP_TO_DATE);
      for (const record of records) this.#handle(record, outputs, letters);
      this.#show(outputs, waits);
      await this.#store(outputs, letters);
    });
    if (last) {
      this.#nextOffset = last.offset + 1;
      metrics.latency.observe(
        { pipeline: topology.pipeline },
        Math.max(0, clock.now() - last.timestampMs) / 1000,
      );
    }
    await this.#checkpointIfDue();
  }

  /**
   * What a batch of a backlog would show is replaced by the next one's before anybody sees it: it may wait for that, for a while.
   * `reachedMs`: arrival of the newest record.
   */
  #mayWait(reachedMs: number): boolean {
    const { clock } = this.#options;
    return this.#showPace.mayWait(clock.now() - reachedMs, clock.monotonic());
  }

  #show(outputs: Outputs, waits: boolean): void {
    const { topology, clock } = this.#options;
    this.#unshown = waits ? outputs : undefined;
    if (waits) return;
    topology.show(this.#state, outputs);
    this.#showPace.shown(clock.monotonic());
  }

  #handle(record: LogRecord, outputs: Outputs, letters: DeadLetter[]): void {
    if (record.timestampMs > this.#arrivedMs) this.#arrivedMs = record.timestampMs;
    let reading: Reading;
    try {
      reading = decodeReading(record.value ?? new Uint8Array());
    } catch (error) {
      return this.#setAside({ record, reason: 'decode', error }, letters);
    }
    try {
      const input = toStreamReading(reading, record.headers, record.timestampMs);
      this.#options.topology.handle(this.#state, input, outputs);
      this.#poison.note(false);
    } catch (error) {
      this.#setAside({ record, reason: 'operator', error }, letters);
    }
  }

  #setAside(letter: DeadLetter, letters: DeadLetter[]): void {
    letters.push(letter);
    this.#poison.note(true);
    if (this.#poison.exceeded) {
      throw new VitalwireError('rejected', `more than a tenth of the records: ${messageOf(letter.error)}`, {
        retriable: false,
        cause: letter.error,
      });
    }
  }

  async #store(outputs: Outputs, letters: readonly DeadLetter[]): Promise<void> {
    const { topology, sink, log, attempt, logger, metrics } = this.#options;
    const { pipeline } = topology;
    if (letters.length > 0) {
      await storeDeadLetters(log, pipeline, letters, attempt);
      for (const { record, reason, error } of letters) {
        metrics.deadLetters.inc({ pipeline, reason });
        const { partition, offset } = record;
        logger.error({ partition, offset, reason, err: error }, 'record set aside');
      }
    }
    await sink.store(outputs, this.partition);
    this.#count(outputs.tally);
  }

  async #advance(bounds: PartitionBounds, askedAtMs: number): Promise<number> {
    const { topology, clock } = this.#options;
    this.#checkpoints.check();
    const lag = Math.max(0, bounds.next - Math.max(bounds.first, this.#nextOffset ?? 0));
    this.#wasAtEnd = lag === 0;
    const nowMs = lag === 0 ? askedAtMs : this.#arrivedMs;
    const outputs = topology.newOutputs(this.#unshown);
    await this.#orBroken(async () => {
      if (clock.monotonic() >= this.#newsDueMs) await this.#takeNews();
      topology.advance(this.#state, nowMs, lag === 0, outputs);
      this.#show(outputs, lag > 0 && this.#mayWait(this.#arrivedMs));
      const unstored = topology.unrepeatable(outputs);
      if (unstored) await this.#saved(unstored);
      await this.#store(outputs, []);
    });
    await this.#checkpointIfDue();
    this.#measure(lag);
    return lag;
  }

  /** A replay must meet the news where this task did: they are saved, with what they decided, before they take effect. */
  async #takeNews(): Promise<void> {
    const { topology, clock, inbox, pace } = this.#options;
    let workMs = 0;
    const news = inbox.take();
    if (news) {
      const outputs = topology.newOutputs();
      const changed = topology.apply(this.#state, news, clock.now(), outputs);
      topology.show(this.#state, outputs);
      if (changed) workMs = await this.#saved(outputs);
      await this.#store(outputs, []);
    }
    this.#newsDueMs = clock.monotonic() + pace.untilAllowedMs(workMs);
  }

  async #checkpointIfDue(): Promise<void> {
    if (this.#checkpoints.isDue(this.#nextOffset))
      await this.#checkpoints.take(this.#state, this.#nextOffset);
  }

  /** Resolves once a checkpoint stands, with outputs that may not take effect before: to how long its encoding took of the thread, ms. */
  async #saved(unstored?: Outputs): Promise<number> {
    const { workMs, saved } = await this.#checkpoints.take(this.#state, this.#nextOffset, unstored);
    await saved;
    return workMs;
  }

  /** A failure between changing the state and storing its outputs leaves a state that must not be saved. */
  async #orBroken(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#broken = true;
      // Another task begins with the newest checkpoint, and must not find it replaced by this one's afterwards.
      await this.#checkpoints.settled();
      throw error;
    }
  }

  #count(tally: Tally): void {
    const { metrics, topology } = this.#options;
    const labels = { pipeline: topology.pipeline };
    metrics.records.inc(labels, tally.readings);
    // Finding a counter by its labels costs as much as a step of an operator, and most have nothing to count.
    if (tally.duplicates > 0) metrics.duplicates.inc(labels, tally.duplicates);
    if (tally.skipped > 0) metrics.sequencesSkipped.inc(labels, tally.skipped);
    if (tally.filled > 0) metrics.sequencesFilled.inc(labels, tally.filled);
    if (tally.historical > 0) metrics.historical.inc(labels, tally.historical);
    if (tally.future > 0) metrics.future.inc(labels, tally.future);
  }

  #measure(lag: number): void {
    const { metrics, topology, clock, partition } = this.#options;
    const labels = { pipeline: topology.pipeline, partition };
    metrics.lag.set(labels, lag);
    const watermarkMs = topology.watermarkMs(this.#state);
    if (watermarkMs > Number.NEGATIVE_INFINITY) {
      metrics.watermarkLag.set(labels, (clock.now() - watermarkMs) / 1000);
    }
  }
}
