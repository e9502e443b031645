import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_BOUNDS } from '@vitalwire/alert-engine/config.ts';
import {
  followEscalationSettings,
  readEscalationSettings,
} from '@vitalwire/alert-engine/escalation/settings-file.ts';
import { startAlertEngine } from '@vitalwire/alert-engine/start.ts';
import { openSqlitePorts } from '@vitalwire/core/adapters/sqlite/open-sqlite-ports.ts';
import { followAlarmSettings, readAlarmSettings } from '@vitalwire/core/alarms/settings-file.ts';
import { signDeviceToken } from '@vitalwire/core/identity/token.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { oidcIssuerOf, type Config } from '@vitalwire/core/runtime/config.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { stopAll, type Service } from '@vitalwire/core/runtime/service.ts';
import { settingsMetrics } from '@vitalwire/core/settings/metrics.ts';
import { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import {
  startIngestGateway,
  type IngestGateway,
  type IngestGatewayConfig,
} from '@vitalwire/ingest-gateway/start.ts';
import { startWard } from '@vitalwire/device-simulator/ward/start-ward.ts';
import {
  startGatewayThread,
  type GatewayThread,
} from '@vitalwire/ingest-gateway/thread/start-gateway-thread.ts';
import { gatewayTlsOf } from '@vitalwire/ingest-gateway/tls-settings.ts';
import {
  STORAGE_DEFAULTS,
  alertingDefaults,
  startAlertingPipeline,
  startStoragePipeline,
} from '@vitalwire/stream-processors/start.ts';
import type { Secrets } from './secrets.ts';

export interface EmbeddedDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secrets: Secrets;
}

/** Every component in one process, on one SQLite file under DATA_DIR. */
export interface Embedded {
  readonly mqttPort: number;
  readonly httpPort: number;
  /** Never resolves; rejects when a part failed for good and the process should end. */
  readonly failed: Promise<never>;
  /** Drains and stops everything, what lets work in first. Resolves to whether all ended cleanly in time. Idempotent. */
  stop(): Promise<boolean>;
}

const COMPONENT = 'embedded';
const STATION_ROOT = fileURLToPath(new URL('../../../dashboards/nurse-station/dist', import.meta.url));
/** Each part's share of the five seconds that Ctrl-C may take. */
const STOP_EACH_MS = 1_500;

/**
 * What shares one event loop with the alerts is done seldom and in bulk where nobody waits for it. A transaction, a batch and a frame for
 * each reading cost twenty times the reading's own work.
 */
const PACE = {
  /** Readings share a transaction with those of the next milliseconds: a PUBACK is that much later. */
  appendEveryMs: 2,
  /** Trends may be that much behind. */
  storageGatherMs: 250,
  /** After a crash so much of the log is read again: a second's work at 2,000 readings/s. */
  checkpointEveryMs: 20_000,
} as const;

/** @throws ConfigError where a settings file is wrong, SqliteError where the data cannot be used, or the error of a port that is taken. */
export async function startEmbedded(config: Config, deps: EmbeddedDeps): Promise<Embedded> {
  const { clock, logger, secrets } = deps;
  const alarmSettings = new ReplaceableSettings(readAlarmSettings(config.ALARMS_FILE));
  const escalation = new ReplaceableSettings(readEscalationSettings(config.ESCALATION_FILE));
  mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o700 });
  const registry = createRegistry(COMPONENT);
  const ports = await openSqlitePorts({
    path: join(config.DATA_DIR, 'vitalwire.db'),
    partitions: config.LOG_PARTITIONS,
    clock,
    logger,
    registry,
  });
  const shared = { clock, logger, registry, random: Math.random };
  let gatewayThread: GatewayThread | undefined;
  const exposition = {
    contentType: registry.contentType,
    metrics: async () => (await Promise.all([registry.metrics(), gatewayThread?.metrics()])).join('\n'),
  };
  // In starting order; stopped in reverse, so that nothing is taken in that what stands behind it could not carry.
  const running: Service[] = [{ name: 'sqlite', stop: () => ports.close() }];
  let stopping: Promise<boolean> | undefined;
  const stop = (): Promise<boolean> =>
    (stopping ??= stopAll([...running].reverse(), { logger, clock, eachMs: STOP_EACH_MS }));
  try {
    const metrics = settingsMetrics(registry);
    const following = { component: COMPONENT, log: ports.log, clock, logger, metrics };
    running.push(
      followAlarmSettings(config.ALARMS_FILE, alarmSettings, following),
      followEscalationSettings(config.ESCALATION_FILE, escalation, following),
    );
    const engine = await startAlertEngine(
      {
        host: config.HOST,
        port: config.HTTP_PORT,
        staffSecret: secrets.staff,
        staffIssuer: oidcIssuerOf(config),
        regions: config.REGIONS,
        alarmSettings,
        escalation,
        stationRoot: STATION_ROOT,
        bounds: DEFAULT_BOUNDS,
      },
      { ports, ...shared, exposition, dependencies: [] },
    );
    running.push(engine);
    const futureToleranceMs = config.FUTURE_TOLERANCE_S * 1000;
    const alerting = await startAlertingPipeline(
      {
        ...alertingDefaults(alarmSettings, config.REGIONS),
        futureToleranceMs,
        checkpointEveryMs: PACE.checkpointEveryMs,
        // The live bus is this process: whoever reads them, reads Redis.
        rolling: false,
      },
      { ...ports, ...shared },
    );
    running.push(alerting);
    const storage = await startStoragePipeline(
      {
        ...STORAGE_DEFAULTS,
        futureToleranceMs,
        gatherMs: PACE.storageGatherMs,
        checkpointEveryMs: PACE.checkpointEveryMs,
      },
      { ...ports, ...shared, urgent: alerting },
    );
    running.push(storage);
    const gatewayConfig: IngestGatewayConfig = {
      host: config.HOST,
      port: config.MQTT_PORT,
      tls: gatewayTlsOf(config),
      deviceSecret: secrets.device,
      regions: config.REGIONS,
      futureToleranceMs,
      limits: { appendEveryMs: PACE.appendEveryMs },
    };
    let gateway: IngestGateway;
    if (config.GATEWAY_THREAD) {
      const thread = { log: ports.log, clock, logger, component: COMPONENT };
      gateway = gatewayThread = await startGatewayThread(gatewayConfig, thread);
    } else gateway = await startIngestGateway(gatewayConfig, { log: ports.log, ...shared });
    running.push(gateway);
    if (config.SIMULATED_BEDS > 0) {
      const ward = await startWard({
        beds: config.SIMULATED_BEDS,
        url: `mqtt://${config.HOST}:${gateway.port}`,
        regions: config.REGIONS,
        tokenFor: (deviceId, region) => signDeviceToken({ deviceId, region }, secrets.device),
        clock,
        logger,
        seed: 1,
      });
      running.push(ward);
      for (const patient of ward.patients) await ports.directory.put(patient);
    }
    return {
      mqttPort: gateway.port,
      httpPort: engine.port,
      failed: Promise.race([alerting.failed, storage.failed, engine.failed, gateway.failed]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
