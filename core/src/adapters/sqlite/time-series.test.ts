import { timeSeriesContract } from '../../testing/contracts/time-series-contract.ts';
import { SqliteTimeSeries } from './time-series.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

timeSeriesContract('SQLite', async () => {
  const opened = await SqliteTestDatabase.open(
    (database) => new SqliteTimeSeries(database),
    (port) => port.close(),
  );
  return {
    get series() {
      return opened.port;
    },
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
});
