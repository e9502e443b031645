import cluster from 'node:cluster';
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { openDistributedPorts } from '@vitalwire/core/adapters/open-distributed-ports.ts';
import { serveHealth } from '@vitalwire/core/runtime/health.ts';
import type { ComponentContext, StartedComponent } from '@vitalwire/core/runtime/run-component.ts';
import { startIngestGateway } from './start.ts';
import { gatewayTlsOf } from './tls-settings.ts';
import { answerQuestions } from './workers/questions.ts';

/** One gateway on Kafka. As one of several workers it has no port for its health: it answers the process that started it. */
export async function startGatewayProcess(context: ComponentContext): Promise<StartedComponent> {
  const { config, clock, logger, registry, started } = context;
  const ports = await openDistributedPorts(
    engineSettings(config),
    { component: 'ingest-gateway', needed: ['log'], databasesMayBeAway: false },
    { clock, logger, registry },
  );
  started({ name: 'ports', stop: () => ports.close() });
  const { dependencies } = ports;
  let health: { readonly health?: number } = {};
  if (cluster.isWorker) answerQuestions({ dependencies, registry, clock });
  else {
    const { HOST: host, HEALTH_PORT: port } = config;
    const server = await serveHealth({ host, port, dependencies, registry, clock });
    started(server);
    health = { health: server.port };
  }
  const gateway = await startIngestGateway(
    {
      host: config.HOST,
      port: config.MQTT_PORT,
      tls: gatewayTlsOf(config),
      deviceSecret: config.DEVICE_JWT_SECRET ?? '',
      regions: config.REGIONS,
      futureToleranceMs: config.FUTURE_TOLERANCE_S * 1000,
    },
    { log: ports.log, clock, logger, registry },
  );
  started(gateway);
  const mqtts = gateway.tlsPort === undefined ? {} : { mqtts: gateway.tlsPort };
  return { failed: gateway.failed, ports: { mqtt: gateway.port, ...mqtts, ...health } };
}
