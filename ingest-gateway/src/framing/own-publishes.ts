/** Where a device's QoS 1 messages on topics of its own go, past the parser. */
export interface OwnPublishes {
  readonly topics: readonly OwnTopic[];
  /** One message, in the order of arrival; `payload` is a view of bytes that stay as they are. */
  published(topic: string, payload: Buffer, messageId: number): void;
  /** After those of a chunk: the device is alive. */
  heard(): void;
}

export interface OwnTopic {
  readonly name: string;
  readonly bytes: Buffer;
}

export const ownTopic = (name: string): OwnTopic => ({ name, bytes: Buffer.from(name) });

/** What there is at a place of a chunk: that many bytes of an own publish, or another thing, or the beginning of a QoS 1 publish. */
export type Taken = { readonly kind: 'cut'; readonly bytes: number } | 'other' | number;

/** PUBLISH with QoS 1; DUP and RETAIN may be set (MQTT 3.1.1, 3.3.1). */
const isQos1Publish = (first: number): boolean => (first & 0xf6) === 0x32;

/**
 * Hands the QoS 1 PUBLISH at `at` to `own`, if it is on one of the device's topics and no longer than `maxBytes`. What is unusual in any way is
 * left to the parser. `hasProperties` (MQTT 5): only messages without any are taken.
 */
export function takeOwnPublish(
  own: OwnPublishes,
  chunk: Buffer,
  at: number,
  maxBytes: number,
  hasProperties: boolean,
): Taken {
  if (!isQos1Publish(chunk[at] as number)) return 'other';
  let length = 0;
  let bodyAt = at + 1;
  for (let shift = 0; ; shift += 7) {
    const byte = chunk[bodyAt++];
    if (byte === undefined || shift > 21) return 'other';
    length += (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (length > maxBytes || length < 4) return 'other';
  const end = bodyAt + length;
  if (end > chunk.length) return { kind: 'cut', bytes: end - at };
  const topicAt = bodyAt + 2;
  const topicLength = ((chunk[bodyAt] as number) << 8) | (chunk[bodyAt + 1] as number);
  const idAt = topicAt + topicLength;
  let payloadAt = idAt + 2;
  if (payloadAt > end) return 'other';
  if (hasProperties && (payloadAt === end || chunk[payloadAt++] !== 0)) return 'other';
  const topic = match(own.topics, chunk, topicAt, topicLength);
  const messageId = ((chunk[idAt] as number) << 8) | (chunk[idAt + 1] as number);
  if (topic === undefined || messageId === 0) return 'other';
  own.published(topic, chunk.subarray(payloadAt, end), messageId);
  return end - at;
}

function match(topics: readonly OwnTopic[], chunk: Buffer, from: number, length: number): string | undefined {
  for (const { name, bytes } of topics) {
    if (bytes.length !== length) continue;
    // Topics of a device differ at their end.
    let at = length - 1;
    while (at >= 0 && chunk[from + at] === bytes[at]) at--;
    if (at < 0) return name;
  }
  return undefined;
}
