import { checkpointStoreContract } from '../../testing/contracts/checkpoint-store-contract.ts';
import { makeCheckpointHarness } from './kafka-harness.ts';

checkpointStoreContract('Kafka', makeCheckpointHarness);
