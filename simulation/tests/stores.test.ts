import { alertStoreContract } from '@vitalwire/core/testing/contracts/alert-store-contract.ts';
import { SimulatedAlerts } from '../src/stores/alert-store.ts';

/** What the simulation stands on keeps the contract that every engine keeps. */
alertStoreContract('the simulated alert store', async () => {
  const store = new SimulatedAlerts();
  return { store, peer: async () => store, reopen: async () => store.reopen(), close: async () => {} };
});
