import { beforeAll } from 'vitest';
import type { Analytics } from '../../ports/analytics.ts';
import { analyticsContract } from '../../testing/contracts/analytics-contract.ts';
import { openCassandraAnalytics } from './analytics.ts';
import { testCassandra, testDeps, testReplication } from './cassandra-harness.ts';
import { migrate } from './migrations.ts';

beforeAll(() => migrate(testCassandra(), testReplication()));

analyticsContract('Cassandra', async () => {
  const opened: Analytics[] = [];
  const open = async (): Promise<Analytics> => {
    const analytics = await openCassandraAnalytics(testCassandra(), testDeps);
    opened.push(analytics);
    return analytics;
  };
  let analytics = await open();
  return {
    get analytics() {
      return analytics;
    },
    reopen: async () => {
      // Nothing of the adapter outlives a call; what is written is the cluster's.
      analytics = await open();
    },
    close: async () => void (await Promise.all(opened.map((one) => one.close()))),
  };
});
