import type { EventLogHarness } from '../../testing/contracts/event-log-harness.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { SkewedClock } from '../../testing/skewed-clock.ts';
import { SqliteEventLog } from './event-log.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

const DAY_MS = 86_400_000;
const PARTITIONS = 4;

/** For tests: an event log in a database of its own. */
export async function openSqliteLogHarness(): Promise<EventLogHarness> {
  const clock = new SkewedClock();
  const topics: { name: string; retention: { kind: 'time'; ms: number } }[] = [];
  const opened = await SqliteTestDatabase.open(
    (database) => SqliteEventLog.open(database, topics, PARTITIONS),
    (log) => log.close(),
    clock,
  );
  return {
    get log() {
      return opened.port;
    },
    peer: async () => opened.port,
    partitions: PARTITIONS,
    async topic() {
      const name = freshName('topic');
      topics.push({ name, retention: { kind: 'time', ms: 1000 * DAY_MS } });
      await opened.port.ensureTopics(topics, PARTITIONS);
      return name;
    },
    async expire() {
      clock.skip(5000 * DAY_MS);
      await opened.port.retain();
      clock.skip(-5000 * DAY_MS);
    },
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
}
