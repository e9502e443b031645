import { liveBusContract } from '../../testing/contracts/live-bus-contract.ts';
import { makeLiveBusHarness } from './redis-harness.ts';

liveBusContract('Redis', makeLiveBusHarness);
