import type { WireRequest } from '../kafkajs-internals.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** A rebalance that takes all of its time is still answered. */
const ANSWER_SLACK_MS = 5_000;
/** The member has no id yet: this answer brings one, to join by (KIP-394). */
export const MEMBER_ID_REQUIRED = 79;

export interface JoinRequest {
  readonly group: string;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  /** Empty where the group gave none yet. */
  readonly memberId: string;
  /** What members of the group must share, and what this one asks for by it. */
  readonly rule: string;
  readonly metadata: Buffer;
}

export interface JoinAnswer {
  readonly errorCode: number;
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** All of them, to the leader alone. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

/**
 * JoinGroup, version 5, as a dynamic member. kafkajs has this request, but asks for the member id and joins by it in one call: where the join
 * then goes unanswered, nobody knows the id, and a second member is waited for, and given partitions, until its session ends.
 */
export function joinGroupRequest(request: JoinRequest): WireRequest<JoinAnswer> {
  const { group, sessionMs, rebalanceMs, memberId, rule, metadata } = request;
  const body = new Writer(256)
    .string(group)
    .int32(sessionMs)
    .int32(rebalanceMs)
    .string(memberId)
    .string(null) // instance id
    .string('consumer')
    .int32(1)
    .string(rule)
    .bytes(metadata);
  return {
    apiKey: 11,
    apiVersion: 5,
    apiName: 'JoinGroup',
    body: body.finish(),
    timeoutMs: rebalanceMs + ANSWER_SLACK_MS,
    decode: decodeJoinGroup,
  };
}

function decodeJoinGroup(payload: Buffer): JoinAnswer {
  const reader = new Reader(payload);
  reader.int32(); // throttle time
  const errorCode = reader.int16();
  const generationId = reader.int32();
  reader.string(); // the rule that was chosen
  const leaderId = reader.string();
  const memberId = reader.string();
  const members = reader.array(() => {
    const id = reader.string();
    reader.string(); // instance id
    return { memberId: id, memberMetadata: reader.bytes() };
  });
  return { errorCode, generationId, leaderId, memberId, members };
}
