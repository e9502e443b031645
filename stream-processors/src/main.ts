/** One pipeline as a process of its own: `main.ts alerting` or `main.ts storage`. As many as there are partitions share the work. */
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { openDistributedPorts } from '@vitalwire/core/adapters/open-distributed-ports.ts';
import { followAlarmSettings, readAlarmSettings } from '@vitalwire/core/alarms/settings-file.ts';
import { ConfigError } from '@vitalwire/core/runtime/config.ts';
import { serveHealth } from '@vitalwire/core/runtime/health.ts';
import {
  runComponent,
  type ComponentContext,
  type StartedComponent,
} from '@vitalwire/core/runtime/run-component.ts';
import { settingsMetrics } from '@vitalwire/core/settings/metrics.ts';
import { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import { STORAGE_DEFAULTS, alertingDefaults, startAlertingPipeline, startStoragePipeline } from './start.ts';

const pipeline = process.argv[2];
await runComponent(pipeline ?? 'stream-processors', (context) => {
  if (pipeline === 'alerting') return alerting(context);
  if (pipeline === 'storage') return storage(context);
  throw new ConfigError(['main.ts: name the pipeline, alerting or storage']);
});

async function alerting(context: ComponentContext): Promise<StartedComponent> {
  const { config, clock, logger, registry } = context;
  const settings = new ReplaceableSettings(readAlarmSettings(config.ALARMS_FILE));
  const ports = await openDistributedPorts(
    engineSettings(config),
    { component: 'alerting', needed: ['log', 'checkpoints', 'live', 'directory'], databasesMayBeAway: false },
    { clock, logger, registry },
  );
  const health = await healthOf(ports, context);
  const metrics = settingsMetrics(registry);
  const following = { component: 'alerting', log: ports.log, clock, logger, metrics };
  context.started(followAlarmSettings(config.ALARMS_FILE, settings, following));
  const running = await startAlertingPipeline(
    { ...alertingDefaults(settings, config.REGIONS), futureToleranceMs: config.FUTURE_TOLERANCE_S * 1000 },
    { ...ports, clock, logger, registry, random: Math.random },
  );
  context.started(running);
  return { failed: running.failed, ports: { health } };
}

async function storage(context: ComponentContext): Promise<StartedComponent> {
  const { config, clock, logger, registry } = context;
  const ports = await openDistributedPorts(
    engineSettings(config),
    {
      component: 'storage',
      needed: ['log', 'checkpoints', 'timeSeries', 'analytics'],
      databasesMayBeAway: false,
    },
    { clock, logger, registry },
  );
  const health = await healthOf(ports, context);
  const running = await startStoragePipeline(
    { ...STORAGE_DEFAULTS, futureToleranceMs: config.FUTURE_TOLERANCE_S * 1000 },
    { ...ports, clock, logger, registry, random: Math.random },
  );
  context.started(running);
  return { failed: running.failed, ports: { health } };
}

async function healthOf(
  ports: Pick<Awaited<ReturnType<typeof openDistributedPorts>>, 'dependencies' | 'close'>,
  context: ComponentContext,
): Promise<number> {
  const { config, clock, registry } = context;
  const { dependencies } = ports;
  context.started({ name: 'ports', stop: () => ports.close() });
  const health = await serveHealth({
    host: config.HOST,
    port: config.HEALTH_PORT,
    dependencies,
    registry,
    clock,
  });
  context.started(health);
  return health.port;
}
