import type { Measurement } from './measurement.ts';
import {
  embeddedIngest,
  embeddedLatency2000,
  embeddedLatency500,
  embeddedLatencyFloor,
  embeddedMemory,
} from './measurements/embedded.ts';
import { enginesLatency } from './measurements/engines-latency.ts';
import { fanOut } from './measurements/fan-out.ts';
import { fleet } from './measurements/fleet.ts';
import { growthDevices } from './measurements/growth-devices.ts';
import { growthPartitions } from './measurements/growth-partitions.ts';
import { kafkaIngest } from './measurements/kafka-ingest.ts';
import { kafkaProcessing } from './measurements/kafka-processing.ts';
import { kafkaRecovery } from './measurements/kafka-recovery.ts';
import { kafkaStreams } from './measurements/kafka-streams.ts';
import { loadTester } from './measurements/load-tester.ts';
import { micro } from './measurements/micro.ts';
import { processing } from './measurements/processing.ts';
import { recovery } from './measurements/recovery.ts';

/** What `npm run bench` can measure, in the order in which it does. */
export const allMeasurements: readonly Measurement[] = [
  embeddedIngest,
  embeddedLatency500,
  embeddedLatency2000,
  embeddedLatencyFloor,
  embeddedMemory,
  fanOut,
  fleet,
  growthDevices,
  loadTester,
  processing,
  micro,
  recovery,
  kafkaIngest,
  kafkaProcessing,
  kafkaRecovery,
  kafkaStreams,
  enginesLatency,
  growthPartitions,
];
