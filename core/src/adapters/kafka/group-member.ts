import type { TopicPartition } from '../../ports/event-log.ts';
import {
  ASSIGNMENT_RULE,
  assignPartitions,
  decodeAssignment,
  decodeTopics,
  encodeAssignment,
  encodeTopics,
} from './assignment.ts';
import type { Cluster } from './cluster.ts';
import { kafkaErrorType, SUPERSEDED } from './errors.ts';
import { protocolError, sendRaw, type BrokerConnection } from './kafkajs-internals.ts';
import type { TopicDirectory } from './topic-directory.ts';
import { joinGroupRequest, MEMBER_ID_REQUIRED, type JoinAnswer } from './wire/join-group.ts';

export interface GroupTimeouts {
  /** A member that was not heard of for so long is dead to the group. Brokers refuse less than 6 s by default. */
  readonly sessionMs: number;
  /** How long a rebalance waits for members to release what they have. */
  readonly rebalanceMs: number;
  readonly heartbeatMs: number;
}

/** One membership between two rebalances. */
export interface Generation {
  readonly id: number;
  readonly memberId: string;
  readonly partitions: readonly TopicPartition[];
}

export type Standing =
  | 'member'
  /** The group is being dealt anew: release, and join again. */
  | 'rebalancing'
  /** The group goes on without this member, and others have its partitions. */
  | 'lost';

/** This process's part in a consumer group. Every call is one attempt; the classic protocol (KIP-62), spoken eagerly. */
export class GroupMember {
  readonly group: string;
  readonly #topics: readonly string[];
  readonly #timeouts: GroupTimeouts;
  readonly #cluster: Cluster;
  readonly #directory: TopicDirectory;
  #coordinator: BrokerConnection | undefined;
  #memberId = '';

  constructor(options: {
    readonly group: string;
    readonly topics: readonly string[];
    readonly timeouts: GroupTimeouts;
    readonly cluster: Cluster;
    readonly directory: TopicDirectory;
  }) {
    this.group = options.group;
    this.#topics = options.topics;
    this.#timeouts = options.timeouts;
    this.#cluster = options.cluster;
    this.#directory = options.directory;
  }

  /** Waits for the other members to join too. Tried again it is the same member, whatever became of the attempt before. */
  join(): Promise<Generation> {
    return this.#ask(async (coordinator) => {
      if (this.#memberId === '') this.#memberId = (await this.#sendJoin(coordinator)).memberId;
      const joined = await this.#sendJoin(coordinator);
      const { memberAssignment } = await coordinator.syncGroup({
        groupId: this.group,
        generationId: joined.generationId,
        memberId: joined.memberId,
        groupAssignment: joined.leaderId === joined.memberId ? await this.#deal(joined) : [],
      });
      return {
        id: joined.generationId,
        memberId: joined.memberId,
        partitions: decodeAssignment(memberAssignment),
      };
    });
  }

  async heartbeat(generation: Generation): Promise<Standing> {
    try {
      await this.#ask((coordinator) =>
        coordinator.heartbeat({
          groupId: this.group,
          groupGenerationId: generation.id,
          memberId: generation.memberId,
        }),
      );
      return 'member';
    } catch (error) {
      const type = kafkaErrorType(error);
      if (type === 'REBALANCE_IN_PROGRESS') return 'rebalancing';
      if (type !== undefined && SUPERSEDED.has(type)) return 'lost';
      throw error;
    }
  }

  async commit(generation: Generation, { topic, partition }: TopicPartition, offset: number): Promise<void> {
    await this.#ask((coordinator) =>
      coordinator.offsetCommit({
        groupId: this.group,
        groupGenerationId: generation.id,
        memberId: generation.memberId,
        topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }],
      }),
    );
  }

  committed(partitions: readonly TopicPartition[]): Promise<(of: TopicPartition) => number | undefined> {
    return this.#ask((coordinator) => committedOffsets(coordinator, this.group, partitions));
  }

  /** By the connection given, or by its own. */
  async leave(by: BrokerConnection | undefined): Promise<void> {
    if (this.#memberId === '') return;
    const request = { groupId: this.group, memberId: this.#memberId };
    if (by) await by.leaveGroup(request);
    else await this.#ask((coordinator) => coordinator.leaveGroup(request));
    this.#memberId = '';
  }

  /** Joins, or, without a member id, is only given one. */
  async #sendJoin(coordinator: BrokerConnection): Promise<JoinAnswer> {
    const { sessionMs, rebalanceMs } = this.#timeouts;
    const request = joinGroupRequest({
      group: this.group,
      sessionMs,
      rebalanceMs,
      memberId: this.#memberId,
      rule: ASSIGNMENT_RULE,
      metadata: encodeTopics(this.#topics),
    });
    const answer = await sendRaw(coordinator, request);
    const isGivenId = this.#memberId === '' && answer.errorCode === MEMBER_ID_REQUIRED;
    const error = isGivenId ? undefined : protocolError(answer.errorCode);
    if (error) throw error;
    return answer;
  }

  async #deal(joined: JoinAnswer): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const members = joined.members.map(({ memberId, memberMetadata }) => ({
      memberId,
      topics: decodeTopics(memberMetadata),
    }));
    await this.#directory.load([...new Set(members.flatMap((member) => member.topics))]);
    const assigned = assignPartitions(members, (topic) => this.#directory.partitions(topic));
    return [...assigned].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: encodeAssignment(partitions),
    }));
  }

  async #ask<T>(question: (coordinator: BrokerConnection) => Promise<T>): Promise<T> {
    if (!this.#coordinator?.isConnected()) {
      this.#coordinator = await this.#cluster.coordinator(this.group);
    }
    try {
      return await question(this.#coordinator);
    } catch (error) {
      const type = kafkaErrorType(error);
      if (type === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
      // Anything but the group's own answers may mean that another broker keeps the group now.
      if (type === undefined || !SUPERSEDED.has(type)) this.#coordinator = undefined;
      throw error;
    }
  }
}

/** How far a group committed; undefined where it never did. */
export async function committedOffsets(
  coordinator: BrokerConnection,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<(of: TopicPartition) => number | undefined> {
  if (partitions.length === 0) return () => undefined;
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition }) => ({ partition })),
  }));
  const { responses } = await coordinator.offsetFetch({ groupId: group, topics });
  const offsets = new Map<string, number>();
  for (const { topic, partitions: answered } of responses) {
    for (const { partition, offset } of answered) offsets.set(`${topic} ${partition}`, Number(offset));
  }
  return ({ topic, partition }) => {
    const offset = offsets.get(`${topic} ${partition}`);
    return offset === undefined || offset < 0 ? undefined : offset;
  };
}
