/** Field 1, length-delimited: `repeated Reading readings = 1`. */
const READINGS_TAG = 0x0a;

/**
 * The bytes of each reading of an encoded ReadingBatch, uncopied and in order, so that each can become a record with the device's own
 * bytes and be judged alone. Unknown fields are passed over, as protobuf asks. Undefined where the bytes are no ReadingBatch.
 */
export function sliceReadings(batch: Uint8Array): Uint8Array[] | undefined {
  const slices: Uint8Array[] = [];
  const cursor = { at: 0 };
  while (cursor.at < batch.length) {
    const tag = readVarint(batch, cursor);
    if (tag === undefined) return undefined;
    if (tag !== READINGS_TAG) {
      if (tag >>> 3 <= 1 || !skipField(batch, cursor, tag & 7)) return undefined;
      continue;
    }
    const length = readVarint(batch, cursor);
    if (length === undefined || length > batch.length - cursor.at) return undefined;
    slices.push(batch.subarray(cursor.at, cursor.at + length));
    cursor.at += length;
  }
  return slices;
}

function skipField(bytes: Uint8Array, cursor: { at: number }, wireType: number): boolean {
  switch (wireType) {
    case 0:
      return readVarint(bytes, cursor) !== undefined;
    case 1:
      cursor.at += 8;
      break;
    case 2: {
      const length = readVarint(bytes, cursor);
      if (length === undefined) return false;
      cursor.at += length;
      break;
    }
    case 5:
      cursor.at += 4;
      break;
    default:
      return false;
  }
  return cursor.at <= bytes.length;
}

/** Up to ten bytes, as protobuf has them; exact to 2^53, which is more than any length here can be. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number | undefined {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  return undefined;
}
