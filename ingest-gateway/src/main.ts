/** The ingest gateway as a process of its own: MQTT in, Kafka out. With `GATEWAY_WORKERS`, several that share one port. */
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { runComponent } from '@vitalwire/core/runtime/run-component.ts';
import { startGatewayProcess } from './gateway-process.ts';
import { startWorkers } from './workers/start-workers.ts';

await runComponent('ingest-gateway', (context) =>
  cluster.isPrimary && context.config.GATEWAY_WORKERS > 1
    ? startWorkers(fileURLToPath(import.meta.url), context)
    : startGatewayProcess(context),
);
