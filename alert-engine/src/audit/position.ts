import type { Cursor } from '@vitalwire/core/ports/alert-store.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { z } from 'zod';

/** The name the relay's position is kept under: with Kafka, the compacted topic `vitalwire.checkpoints.audit`. */
export const AUDIT_PIPELINE = 'audit';
const PARTITION = 0;

const cursorSchema = z.record(z.string(), z.string());

/** Undefined where the relay never saved one, or what is there cannot be read: from the beginning, then, which only repeats. */
export async function loadPosition(
  checkpoints: CheckpointStore,
  logger: Logger,
): Promise<Cursor | undefined> {
  const checkpoint = await checkpoints.load(AUDIT_PIPELINE, PARTITION);
  if (!checkpoint) return undefined;
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(checkpoint.state).toString('utf8')));
  } catch (error) {
    logger.error({ reason: messageOf(error) }, "the audit relay's position cannot be read; it starts over");
    return undefined;
  }
}

export function savePosition(checkpoints: CheckpointStore, cursor: Cursor): Promise<void> {
  return checkpoints.save(AUDIT_PIPELINE, PARTITION, {
    nextOffset: 0,
    state: Buffer.from(JSON.stringify(cursor)),
  });
}
