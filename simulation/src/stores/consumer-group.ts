import type { Consumer, LogRecord, PartitionTask, Subscription } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import type { Process } from '../world/process.ts';

/** A member that died is noticed after this. */
const SESSION_TIMEOUT_MS = 1_500;
/** A member that does not give a partition back within this has lost it: what it still commits is refused. */
const REBALANCE_TIMEOUT_MS = 6_000;

interface Member {
  readonly subscription: Subscription;
  readonly process: Process;
  readonly fail: (error: unknown) => void;
}

interface Owner {
  readonly member: Member;
  revoked: boolean;
  superseded: boolean;
  readonly ended: Promise<void>;
}

/** A consumer group of one topic: who has which partition, and how far the group committed. */
export class ConsumerGroup {
  readonly committed = new Map<number, number>();
  readonly #topic: string;
  readonly #clock: Clock;
  readonly #records: (partition: number) => readonly LogRecord[];
  readonly #owners: (Owner | undefined)[];
  readonly #moving: boolean[];
  #members: Member[] = [];
  #waiting: (() => void)[] = [];

  constructor(
    topic: string,
    partitions: number,
    clock: Clock,
    records: (partition: number) => readonly LogRecord[],
  ) {
    this.#topic = topic;
    this.#clock = clock;
    this.#records = records;
    this.#owners = Array.from({ length: partitions }, () => undefined);
    this.#moving = this.#owners.map(() => false);
  }

  join(subscription: Subscription, process: Process): Consumer {
    const failure = Promise.withResolvers<never>();
    failure.promise.catch(() => {});
    const member: Member = { subscription, process, fail: failure.reject };
    this.#members.push(member);
    this.#rebalance();
    void process.died.then(() => this.#clock.after(SESSION_TIMEOUT_MS, () => this.#leave(member)));
    const stop = async (): Promise<void> => {
      this.#leave(member);
      await Promise.all(
        this.#owners.map((owner) => (owner?.member === member ? owner.ended : Promise.resolve())),
      );
    };
    return { failed: failure.promise, stop };
  }

  wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #leave(member: Member): void {
    this.#members = this.#members.filter((other) => other !== member);
    this.#rebalance();
  }

  #rebalance(): void {
    for (let partition = 0; partition < this.#owners.length; partition++) void this.#move(partition);
  }

  #heir(partition: number): Member | undefined {
    return this.#members[partition % Math.max(1, this.#members.length)];
  }

  async #move(partition: number): Promise<void> {
    if (this.#moving[partition] === true) return;
    this.#moving[partition] = true;
    while (this.#owners[partition]?.member !== this.#heir(partition)) {
      const before = this.#owners[partition];
      if (before !== undefined) {
        before.revoked = true;
        this.wake();
        await this.#atMost(REBALANCE_TIMEOUT_MS, before.ended, before.member.process.died);
        before.superseded = true;
      }
      const heir = this.#heir(partition);
      this.#owners[partition] = heir && this.#assign(heir, partition);
    }
    this.#moving[partition] = false;
  }

  #atMost(ms: number, ...ends: Promise<void>[]): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      for (const end of ends) {
        void end.then(() => {
          cancel();
          resolve();
        });
      }
    });
  }

  #assign(member: Member, partition: number): Owner {
    const ended = Promise.withResolvers<void>();
    const owner: Owner = { member, revoked: false, superseded: false, ended: ended.promise };
    this.#run(owner, partition).then(ended.resolve, (error: unknown) => {
      member.fail(error);
      ended.resolve();
    });
    return owner;
  }

  async #run(owner: Owner, partition: number): Promise<void> {
    const { subscription, process } = owner.member;
    const task = await subscription.assigned(
      { topic: this.#topic, partition },
      {
        committed: this.committed.get(partition),
        commit: (nextOffset) =>
          process.call('log.commit', false, async () => this.#commit(owner, partition, nextOffset)),
      },
    );
    await this.#deliver(owner, partition, task);
    // The loop ends in a dead process too: it is this engine's, not the member's.
    if (!process.dead && !owner.superseded) await task.release();
  }

  async #deliver(owner: Owner, partition: number, task: PartitionTask): Promise<void> {
    const { subscription, process } = owner.member;
    let next = task.startAt ?? 0;
    while (!owner.revoked && !process.dead) {
      const batch = this.#records(partition).slice(next, next + subscription.maxBatchRecords);
      if (batch.length === 0) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      await task.process(batch);
      next += batch.length;
    }
  }

  #commit(owner: Owner, partition: number, nextOffset: number): void {
    if (owner.superseded) {
      throw new VitalwireError('superseded', 'the partition has moved', { retriable: false });
    }
    this.committed.set(partition, nextOffset);
  }
}
