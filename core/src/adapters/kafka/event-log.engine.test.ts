import { eventLogContract } from '../../testing/contracts/event-log-contract.ts';
import { makeKafkaHarness } from './kafka-harness.ts';

eventLogContract('Kafka', makeKafkaHarness);
