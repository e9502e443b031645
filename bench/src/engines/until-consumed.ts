import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { recordsBehind } from '../records-behind.ts';
import { openBenchLog } from './bench-log.ts';

/** Who moves readings on to alerts, in the order in which they do. */
const GROUPS = [
  { group: 'vitalwire.alerting', topic: TOPICS.readings.name },
  { group: 'vitalwire.alert-engine', topic: TOPICS.conditions.name },
] as const;

const POLL_MS = 500;
/** From the commit of the last condition to its frame on the station, with a wide margin. */
const LAST_FRAMES_MS = 5_000;
const WAIT_MS_MAX = 90_000;

/** Resolves once `isOver`, or once both groups have consumed all that there is and the last frames have had their time. */
export async function untilConsumed(brokers: readonly string[], isOver: () => boolean): Promise<void> {
  const log = await openBenchLog(brokers);
  const untilMs = performance.now() + WAIT_MS_MAX;
  try {
    while (!isOver() && performance.now() < untilMs) {
      if (await isConsumed(log)) {
        await sleep(LAST_FRAMES_MS);
        return;
      }
      await sleep(POLL_MS);
    }
  } finally {
    await log.close();
  }
}

async function isConsumed(log: EventLog): Promise<boolean> {
  for (const { group, topic } of GROUPS) {
    if ((await recordsBehind(log, group, topic)) > 0) return false;
  }
  return true;
}
