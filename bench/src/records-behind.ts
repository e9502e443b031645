import type { EventLog } from '@vitalwire/core/ports/event-log.ts';

/** Records of the topic that the group has still before it, or does again after a crash: all that it has not committed. */
export async function recordsBehind(log: EventLog, group: string, topic: string): Promise<number> {
  const [committed, bounds] = await Promise.all([log.committed(group, topic), log.bounds(topic)]);
  return bounds.reduce(
    (sum, { partition, first, next }) => sum + next - (committed.get(partition) ?? first),
    0,
  );
}
