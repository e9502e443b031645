import { fromIso, toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { z } from 'zod';
import type { PauseInForce } from '../lifecycle/policy.ts';

/** A patient's alarms, paused by a person. There is no "off for ever". */
export interface Pause extends PauseInForce {
  readonly patientId: string;
  readonly by: string;
}

export const PAUSE_MAX_S = 120;

export const pauseSchema = z.object({
  until: z.iso.datetime(),
  by: z.string(),
  priority: z
    .enum(['low', 'medium', 'high', 'critical'])
    .describe('alarms of this priority and below are silent; worse ones break through'),
});

export type PauseDocument = z.infer<typeof pauseSchema>;

export const pauseDocument = ({ untilMs, by, priority }: Pause): PauseDocument => ({
  until: toIso(untilMs),
  by,
  priority,
});

/** The value of a record of `vitalwire.alarm-pauses`. */
export const encodePause = (pause: Pause): Uint8Array => Buffer.from(JSON.stringify(pauseDocument(pause)));

/** @throws SyntaxError or ZodError where the bytes are not a pause. */
export function decodePause(patientId: string, bytes: Uint8Array): Pause {
  const { until, by, priority } = pauseSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return { patientId, untilMs: fromIso(until), by, priority };
}
