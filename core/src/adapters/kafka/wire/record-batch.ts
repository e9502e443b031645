/**
 * Layout of a record batch, version 2 (https://kafka.apache.org/documentation/#recordbatch): offsets of its fields from its first byte.
 */
export const BATCH = {
  baseOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const;

/** `length` counts what follows it. */
export const BATCH_LENGTH_BASE = 12;
export const MAGIC = 2;
export const CODEC_MASK = 0x7;
export const LOG_APPEND_TIME = 0x8;
export const CONTROL = 0x20;
