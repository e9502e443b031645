/** The ingest gateway as a process of its own: MQTT in, Kafka out. */
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { openDistributedPorts } from '@vitalwire/core/adapters/open-distributed-ports.ts';
import { serveHealth } from '@vitalwire/core/runtime/health.ts';
import { runComponent } from '@vitalwire/core/runtime/run-component.ts';
import { startIngestGateway } from './start.ts';

await runComponent('ingest-gateway', async ({ config, clock, logger, registry, started }) => {
  const ports = await openDistributedPorts(
    engineSettings(config),
    { component: 'ingest-gateway', needed: ['log'], databasesMayBeAway: false },
    { clock, logger, registry },
  );
  started({ name: 'ports', stop: () => ports.close() });
  const health = await serveHealth({
    host: config.HOST,
    port: config.HEALTH_PORT,
    dependencies: ports.dependencies,
    registry,
    clock,
  });
  started(health);
  const gateway = await startIngestGateway(
    {
      host: config.HOST,
      port: config.MQTT_PORT,
      deviceSecret: config.DEVICE_JWT_SECRET ?? '',
      regions: config.REGIONS,
      futureToleranceMs: config.FUTURE_TOLERANCE_S * 1000,
    },
    { log: ports.log, clock, logger, registry },
  );
  started(gateway);
  return { failed: gateway.failed, ports: { mqtt: gateway.port, health: health.port } };
});
