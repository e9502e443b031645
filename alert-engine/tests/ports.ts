import { join } from 'node:path';
import { openSqlitePorts, type SqlitePorts } from '@vitalwire/core/adapters/sqlite/open-sqlite-ports.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { temporaryFolder } from '@vitalwire/core/testing/temporary-folder.ts';

export const PARTITIONS = 2;

/** The embedded ports on a database of the test's own, removed when closed. */
export async function openPorts(): Promise<SqlitePorts> {
  const folder = temporaryFolder();
  const ports = await openSqlitePorts({
    path: join(folder.path, 'test.db'),
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    partitions: PARTITIONS,
    registry: undefined,
  });
  return {
    ...ports,
    async close() {
      await ports.close();
      folder.remove();
    },
  };
}
