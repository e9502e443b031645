import type { Consumer, EventLog, LogRecord } from '@vitalwire/core/ports/event-log.ts';
import type { DevicePresence, LiveBus } from '@vitalwire/core/ports/live-bus.ts';
import { decodePresence } from '@vitalwire/core/vitals/presence-codec.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';

export interface PresenceRelayDeps {
  readonly log: EventLog;
  readonly live: LiveBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Who wrote the record: the gateway says it beside the presence. */
const GATEWAY_HEADER = 'gateway';
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/**
 * Brings `devices.presence` to the live bus. What the topic holds at the start is reduced to each device's newest before any of it is
 * told, so that a restart does not replay yesterday's comings and goings; several engines telling the same is harmless.
 */
export async function relayPresence(deps: PresenceRelayDeps): Promise<Consumer> {
  const stopping = new AbortController();
  const newest = new Map<string, DevicePresence>();
  let caughtUp = false;
  const publish = (presence: DevicePresence): Promise<void> =>
    retry(() => deps.live.publishPresence(presence), {
      clock: deps.clock,
      signal: stopping.signal,
      random: deps.random,
      firstPauseMs: FIRST_PAUSE_MS,
      maxPauseMs: MAX_PAUSE_MS,
      onRetry: (error) => deps.logger.warn({ reason: messageOf(error) }, 'presence waits for the live bus'),
    });
  const tail = await deps.log.tail(TOPICS.presence.name, async (records) => {
    for (const record of records) {
      const presence = decoded(record, deps.logger);
      if (!presence || !isNewer(presence, newest.get(presence.deviceId))) continue;
      newest.set(presence.deviceId, presence);
      if (!caughtUp) continue;
      await publish(presence).catch(unlessStopping);
    }
  });
  function unlessStopping(error: unknown): void {
    if (!stopping.signal.aborted) throw error;
  }
  const known = new Map((await deps.live.presence()).map((presence) => [presence.deviceId, presence]));
  caughtUp = true;
  for (const presence of newest.values()) {
    if (isNewer(presence, known.get(presence.deviceId))) await publish(presence).catch(unlessStopping);
  }
  return {
    failed: tail.failed,
    stop: () => {
      stopping.abort();
      return tail.stop();
    },
  };
}

function isNewer(presence: DevicePresence, held: DevicePresence | undefined): boolean {
  return !held || presence.atMs >= held.atMs;
}

function decoded(record: LogRecord, logger: Logger): DevicePresence | undefined {
  if (record.value === null) return undefined;
  try {
    const gateway = record.headers[GATEWAY_HEADER];
    return { ...decodePresence(record.value), ...(gateway !== undefined && { gateway }) };
  } catch (error) {
    logger.error({ reason: messageOf(error), offset: record.offset }, 'not a presence');
    return undefined;
  }
}
