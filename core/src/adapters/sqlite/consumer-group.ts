import type { GroupMember } from './group-member.ts';
import type { PartitionLog } from './log-slots.ts';

/**
 * Who of a consumer group holds which partition. Partitions go to members in stretches by partition number, the same for every topic,
 * so that one patient's records of all topics are with one member.
 */
export class ConsumerGroup {
  readonly #members: GroupMember[] = [];
  readonly #leases = new Map<number, Lease>();

  join(member: GroupMember): void {
    this.#members.push(member);
    this.#rebalance(member.partitions);
  }

  /** Resolves when the member holds nothing any more. */
  async leave(member: GroupMember): Promise<void> {
    const index = this.#members.indexOf(member);
    if (index >= 0) this.#members.splice(index, 1);
    await Promise.all(
      member.partitions.map(async (log) => {
        const lease = this.#leases.get(log.slot);
        if (!lease) return;
        lease.wanted = this.#ownerOf(log);
        await lease.freedBy(member);
      }),
    );
    this.#rebalance([]);
  }

  #rebalance(partitions: readonly PartitionLog[]): void {
    for (const log of partitions) {
      if (!this.#leases.has(log.slot)) this.#leases.set(log.slot, new Lease(log));
    }
    for (const lease of this.#leases.values()) {
      lease.wanted = this.#ownerOf(lease.log);
      lease.settle();
    }
  }

  #ownerOf(log: PartitionLog): GroupMember | undefined {
    const members = this.#members.filter((member) => member.subscribes(log));
    const partitions = members[0]?.partitionsOf(log.topic) ?? 1;
    return members[Math.floor((log.partition * members.length) / partitions)];
  }
}

/** One partition within a group: moves from the member that holds it to the one that should, through nobody. */
class Lease {
  readonly log: PartitionLog;
  wanted: GroupMember | undefined;
  #holder: GroupMember | undefined;
  #settling: Promise<void> | undefined;

  constructor(log: PartitionLog) {
    this.log = log;
  }

  settle(): void {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      if (this.#holder !== this.wanted) this.settle();
    });
  }

  async freedBy(member: GroupMember): Promise<void> {
    while (this.#holder === member) {
      this.settle();
      await this.#settling;
    }
  }

  /** `take` and `release` never reject: a member deals with its own failures. */
  async #settle(): Promise<void> {
    while (this.#holder !== this.wanted) {
      const holder = this.#holder;
      if (holder) {
        await holder.release(this.log);
        this.#holder = undefined;
      } else {
        this.#holder = this.wanted;
        await this.#holder?.take(this.log);
      }
    }
  }
}
