import type { Cursor } from '@vitalwire/core/ports/alert-store.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { z } from 'zod';

/** The names that positions in the alert events are kept under: with Kafka, compacted topics `vitalwire.checkpoints.…`. */
export const AUDIT_PIPELINE = 'audit';
export const DELIVERIES_PIPELINE = 'deliveries';
const PARTITION = 0;

const cursorSchema = z.record(z.string(), z.string());

/** Undefined where none was ever saved, or what is there cannot be read: from the beginning, then, which only repeats. */
export async function loadPosition(
  pipeline: string,
  checkpoints: CheckpointStore,
  logger: Logger,
): Promise<Cursor | undefined> {
  const checkpoint = await checkpoints.load(pipeline, PARTITION);
  if (!checkpoint) return undefined;
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(checkpoint.state).toString('utf8')));
  } catch (error) {
    logger.error(
      { reason: messageOf(error), pipeline },
      'a position in the alert events cannot be read; it starts over',
    );
    return undefined;
  }
}

export function savePosition(pipeline: string, checkpoints: CheckpointStore, cursor: Cursor): Promise<void> {
  return checkpoints.save(pipeline, PARTITION, {
    nextOffset: 0,
    state: Buffer.from(JSON.stringify(cursor)),
  });
}
