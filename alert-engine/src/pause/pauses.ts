import type { Consumer, EventLog, LogRecord, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodePause, encodePause, type Pause } from './pause.ts';

export interface PausesDeps {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A pause was set, prolonged or lifted, by whichever engine. */
  readonly changed: (patientId: string) => void;
}

/**
 * The pauses in force, the same in every engine and after a restart: a compacted topic that each follows from its beginning. Another
 * engine hears of a pause a moment later, and may sound an alert meanwhile: too much rather than too little.
 */
export class Pauses implements Service {
  readonly name = 'alarm-pauses';
  readonly #deps: PausesDeps;
  readonly #pauses = new Map<string, Pause>();
  #tail: Consumer | undefined;

  constructor(deps: PausesDeps) {
    this.#deps = deps;
  }

  /** Resolves once it knows every pause there was; `Consumer.failed` rejects when it can follow no longer. */
  async start(): Promise<Consumer> {
    this.#tail = await this.#deps.log.tail(TOPICS.alarmPauses.name, (records) => this.#take(records));
    return this.#tail;
  }

  async stop(): Promise<void> {
    await this.#tail?.stop();
  }

  /** Undefined where there is none, or it has ended. */
  of(patientId: string): Pause | undefined {
    const pause = this.#pauses.get(patientId);
    return pause && pause.untilMs > this.#deps.clock.now() ? pause : undefined;
  }

  /** Durable once resolved, together with `trail`, and in force in this engine. */
  async set(pause: Pause, trail: NewRecord): Promise<void> {
    await this.#append(pause.patientId, encodePause(pause), trail);
    this.#keep(pause.patientId, pause);
  }

  async lift(patientId: string, trail: NewRecord): Promise<void> {
    await this.#append(patientId, null, trail);
    this.#keep(patientId, undefined);
  }

  #append(patientId: string, value: Uint8Array | null, trail: NewRecord): Promise<void> {
    const timestampMs = this.#deps.clock.now();
    const record = { topic: TOPICS.alarmPauses.name, key: patientId, value, headers: {}, timestampMs };
    return this.#deps.log.append([record, trail]);
  }

  #take(records: readonly LogRecord[]): void {
    for (const { key, value, offset } of records) {
      try {
        this.#keep(key, value === null ? undefined : decodePause(key, value));
      } catch (error) {
        this.#deps.logger.error({ reason: messageOf(error), offset }, 'not a pause');
      }
    }
  }

  #keep(patientId: string, pause: Pause | undefined): void {
    const nowMs = this.#deps.clock.now();
    // The map holds what is in force; what ended leaves it when the next one comes.
    for (const [id, { untilMs }] of this.#pauses) if (untilMs <= nowMs) this.#pauses.delete(id);
    if (pause) this.#pauses.set(patientId, pause);
    else this.#pauses.delete(patientId);
    this.#deps.changed(patientId);
  }
}
