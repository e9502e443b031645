import { alertStoreContract } from '../../testing/contracts/alert-store-contract.ts';
import { makeAlertStoreHarness } from './redis-harness.ts';

alertStoreContract('Redis', makeAlertStoreHarness);
