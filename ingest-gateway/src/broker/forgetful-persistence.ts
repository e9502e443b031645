import { Readable } from 'node:stream';

interface WithId {
  readonly id: string;
}
interface WithMessageId {
  readonly messageId?: number | undefined;
}

/**
 * What Aedes keeps of sessions: next to nothing, so that its memory does not grow with messages or with time. Readings are in the event
 * log, wills with the connection, presence on its topic; retained messages have no reader here, and subscriptions end with the
 * connection (CONNACK says "no session present", and the device subscribes again). Only the ids of QoS 2 messages between PUBREC and
 * PUBREL are kept, without their payloads, until their connection ends.
 */
export class ForgetfulPersistence {
  readonly #qos2 = new Map<string, Set<number>>();

  async setup(): Promise<void> {}
  async destroy(): Promise<void> {}

  async storeRetained(): Promise<void> {}
  createRetainedStream(): Readable {
    return Readable.from([]);
  }
  createRetainedStreamCombi(): Readable {
    return Readable.from([]);
  }

  async addSubscriptions(): Promise<void> {}
  async removeSubscriptions(): Promise<void> {}
  async cleanSubscriptions(): Promise<void> {}
  async subscriptionsByClient(): Promise<unknown[]> {
    return [];
  }
  async subscriptionsByTopic(): Promise<unknown[]> {
    return [];
  }

  async outgoingEnqueue(): Promise<void> {}
  async outgoingEnqueueCombi(): Promise<void> {}
  async outgoingUpdate(): Promise<void> {}
  async outgoingClearMessageId(): Promise<undefined> {
    return undefined;
  }
  outgoingStream(): Readable {
    return Readable.from([]);
  }

  async incomingStorePacket(client: WithId, packet: WithMessageId): Promise<void> {
    const ids = this.#qos2.get(client.id) ?? new Set();
    this.#qos2.set(client.id, ids.add(packet.messageId ?? 0));
  }
  /** Rejects when the id is not known: that is how Aedes asks. */
  async incomingGetPacket(client: WithId, packet: WithMessageId): Promise<WithMessageId> {
    if (this.#qos2.get(client.id)?.has(packet.messageId ?? 0)) return packet;
    throw new Error('no such packet');
  }
  async incomingDelPacket(client: WithId, packet: WithMessageId): Promise<void> {
    const ids = this.#qos2.get(client.id);
    ids?.delete(packet.messageId ?? 0);
    if (ids?.size === 0) this.#qos2.delete(client.id);
  }
  async cleanIncoming(client: WithId): Promise<void> {
    this.forget(client.id);
  }
  forget(clientId: string): void {
    this.#qos2.delete(clientId);
  }

  async putWill(): Promise<void> {}
  async getWill(): Promise<undefined> {
    return undefined;
  }
  async delWill(): Promise<undefined> {
    return undefined;
  }
  streamWill(): Readable {
    return Readable.from([]);
  }
}
