/** The alert engine as a process of its own: conditions in from Kafka, alerts in Redis, stations on WebSockets. Several share the work. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { openDistributedPorts } from '@vitalwire/core/adapters/open-distributed-ports.ts';
import { followAlarmSettings, readAlarmSettings } from '@vitalwire/core/alarms/settings-file.ts';
import { oidcIssuerOf } from '@vitalwire/core/runtime/config.ts';
import { runComponent } from '@vitalwire/core/runtime/run-component.ts';
import { settingsMetrics } from '@vitalwire/core/settings/metrics.ts';
import { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import { DEFAULT_BOUNDS } from './config.ts';
import { followEscalationSettings, readEscalationSettings } from './escalation/settings-file.ts';
import { startAlertEngine } from './start.ts';

/** Built by `npm run build`; an engine without it serves the API and the WebSocket. */
const STATION_ROOT = fileURLToPath(new URL('../../dashboards/nurse-station/dist', import.meta.url));

await runComponent('alert-engine', async ({ config, clock, logger, registry, started }) => {
  const alarmSettings = new ReplaceableSettings(readAlarmSettings(config.ALARMS_FILE));
  const escalation = new ReplaceableSettings(readEscalationSettings(config.ESCALATION_FILE));
  const ports = await openDistributedPorts(
    engineSettings(config),
    {
      component: 'alert-engine',
      needed: ['log', 'checkpoints', 'alerts', 'live', 'directory', 'timeSeries', 'analytics'],
      // History is not to be read then; alerts are raised and shown all the same.
      databasesMayBeAway: true,
    },
    { clock, logger, registry },
  );
  started({ name: 'ports', stop: () => ports.close() });
  const following = {
    component: 'alert-engine',
    log: ports.log,
    clock,
    logger,
    metrics: settingsMetrics(registry),
  };
  started(followAlarmSettings(config.ALARMS_FILE, alarmSettings, following));
  started(followEscalationSettings(config.ESCALATION_FILE, escalation, following));
  const hasStation = existsSync(STATION_ROOT);
  if (!hasStation) logger.warn('the nurse station is not built: none is served');
  const engine = await startAlertEngine(
    {
      host: config.HOST,
      port: config.HTTP_PORT,
      staffSecret: config.STAFF_JWT_SECRET ?? '',
      staffIssuer: oidcIssuerOf(config),
      regions: config.REGIONS,
      alarmSettings,
      escalation,
      stationRoot: hasStation ? STATION_ROOT : undefined,
      bounds: DEFAULT_BOUNDS,
    },
    { ports, clock, logger, registry, exposition: registry, random: Math.random, dependencies: [] },
  );
  started(engine);
  return { failed: engine.failed, ports: { http: engine.port } };
});
