import type { TopicPartition } from '../../ports/event-log.ts';
import { Reader } from './wire/reader.ts';
import { Writer } from './wire/writer.ts';

/** Names the rule below to the brokers: members of a group must share one. */
export const ASSIGNMENT_RULE = 'vitalwire-by-partition';

const VERSION = 0;

export interface GroupMemberTopics {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/**
 * Deals out partitions by number, so that partition 7 of every topic is with one member: topics keyed by patient agree on partitions,
 * and what is known of a patient stays in one process.
 */
export function assignPartitions(
  members: readonly GroupMemberTopics[],
  partitionsOf: (topic: string) => number,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const assigned = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
  for (const topic of topics) {
    const takers = members
      .filter((member) => member.topics.includes(topic))
      .map((member) => member.memberId)
      .sort();
    for (let partition = 0; partition < partitionsOf(topic); partition++) {
      assigned.get(takers[partition % takers.length]!)!.push({ topic, partition });
    }
  }
  return assigned;
}

/** The consumer protocol's subscription, version 0. */
export function encodeTopics(topics: readonly string[]): Buffer {
  const body = new Writer(128).int16(VERSION).int32(topics.length);
  for (const topic of topics) body.string(topic);
  return body.bytes(new Uint8Array()).finish();
}

export function decodeTopics(metadata: Buffer): readonly string[] {
  const reader = new Reader(metadata);
  reader.int16();
  return reader.array(() => reader.string());
}

/** The consumer protocol's assignment, version 0. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
  const body = new Writer(256).int16(VERSION).int32(byTopic.size);
  for (const [topic, ofTopic] of byTopic) {
    body.string(topic).int32(ofTopic.length);
    for (const { partition } of ofTopic) body.int32(partition);
  }
  return body.bytes(new Uint8Array()).finish();
}

export function decodeAssignment(assignment: Buffer): readonly TopicPartition[] {
  // A member that is to have nothing may be told so by nothing.
  if (assignment.length === 0) return [];
  const reader = new Reader(assignment);
  reader.int16();
  return reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => ({ topic, partition: reader.int32() }));
    })
    .flat();
}
