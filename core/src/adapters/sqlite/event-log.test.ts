import { eventLogContract } from '../../testing/contracts/event-log-contract.ts';
import { openSqliteLogHarness } from './sqlite-log-harness.ts';

eventLogContract('SQLite', openSqliteLogHarness);
