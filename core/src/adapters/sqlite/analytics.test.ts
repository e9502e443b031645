import { analyticsContract } from '../../testing/contracts/analytics-contract.ts';
import { SqliteAnalytics } from './analytics.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

analyticsContract('SQLite', async () => {
  const opened = await SqliteTestDatabase.open(
    (database) => new SqliteAnalytics(database),
    (port) => port.close(),
  );
  return {
    get analytics() {
      return opened.port;
    },
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
});
