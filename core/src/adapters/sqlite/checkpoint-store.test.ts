import { checkpointStoreContract } from '../../testing/contracts/checkpoint-store-contract.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { SqliteCheckpointStore } from './checkpoint-store.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

checkpointStoreContract('SQLite', async () => {
  const opened = await SqliteTestDatabase.open(
    (database) => SqliteCheckpointStore.open(database),
    (port) => port.close(),
  );
  return {
    get store() {
      return opened.port;
    },
    pipeline: async () => freshName('pipeline'),
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
});
