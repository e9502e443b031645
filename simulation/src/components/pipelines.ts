import { Registry } from '@vitalwire/core/runtime/metrics.ts';
import {
  STORAGE_DEFAULTS,
  alertingDefaults,
  startAlertingPipeline,
  startStoragePipeline,
  type AlertingConfig,
  type StorageConfig,
} from '@vitalwire/stream-processors/start.ts';
import type { Process } from '../world/process.ts';
import { SILENCE } from '../world/silence.ts';
import { Supervised } from '../world/supervised.ts';
import type { World } from '../world/world.ts';
import { SETTINGS, type Ports } from './ports.ts';

export type PortsOf = (process: Process) => Ports;

/** One member of the alerting pipeline's group, as it is deployed. */
export const alertingMember = (
  name: string,
  world: World,
  ports: PortsOf,
  config: Pick<AlertingConfig, 'liveWithinMs' | 'checkpointEveryMs'>,
): Supervised =>
  new Supervised(name, world, (process) =>
    startAlertingPipeline(
      { ...alertingDefaults(SETTINGS), ...config },
      { ...ports(process), ...runtimeOf(process, world) },
    ),
  );

/** One member of the storage pipeline's group. */
export const storageMember = (
  name: string,
  world: World,
  ports: PortsOf,
  config: Pick<StorageConfig, 'checkpointEveryMs'>,
): Supervised =>
  new Supervised(name, world, (process) =>
    startStoragePipeline(
      { ...STORAGE_DEFAULTS, ...config },
      { ...ports(process), ...runtimeOf(process, world) },
    ),
  );

const runtimeOf = (process: Process, world: World) => ({
  clock: process.clock,
  random: world.dice.fork().next,
  logger: SILENCE,
  registry: new Registry(),
});
