import { staffVerifier } from '@vitalwire/core/identity/staff-tokens.ts';
import type { Ports } from '@vitalwire/core/ports/ports.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Dependency } from '@vitalwire/core/runtime/health.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Registry } from '@vitalwire/core/runtime/metrics.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { asSource, derivedFrom } from '@vitalwire/core/settings/settings-source.ts';
import { buildServer } from './api/server.ts';
import { startAuditRelay } from './audit/relay.ts';
import { CONDITIONS_GROUP, consumeConditions } from './conditions/consumer.ts';
import type { AlertEngineConfig } from './config.ts';
import { policyFrom } from './escalation/policy.ts';
import { fromEnvironment, readEscalationSettings } from './escalation/settings-file.ts';
import { Hub } from './hub/hub.ts';
import { CommitSignal } from './live/commit-signal.ts';
import { LiveView } from './live/live-view.ts';
import { Monitoring } from './live/monitoring.ts';
import { alertEngineMetrics } from './metrics.ts';
import { Deliveries } from './notify/deliveries.ts';
import { startDispatcher } from './notify/dispatcher.ts';
import { planFor } from './notify/plan.ts';
import { StationReceipts } from './notify/station-receipts.ts';
import { stationsFor } from './notify/stations.ts';
import { webhookSecrets } from './notify/senders/webhook-secrets.ts';
import { senderFor } from './notify/senders/sender-for.ts';
import { PatientChanges } from './patients/change-patient.ts';
import { followDischarges } from './patients/discharges.ts';
import { Pauses } from './pause/pauses.ts';
import { relayPresence } from './presence/presence-relay.ts';
import { watchDevices } from './technical/watch.ts';
import { startTimers } from './timers/scheduler.ts';

export interface AlertEngineDeps {
  readonly ports: Pick<
    Ports,
    'log' | 'checkpoints' | 'alerts' | 'live' | 'directory' | 'timeSeries' | 'analytics'
  >;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the engine's metrics are declared. */
  readonly registry: Registry;
  /** What /metrics says: of `registry`, and of whatever else runs in this process. */
  readonly exposition: Pick<Registry, 'metrics' | 'contentType'>;
  /** Besides the engine's own, for /readyz. */
  readonly dependencies: readonly Dependency[];
  /** 0..1, for jitter. */
  readonly random: () => number;
}

export interface AlertEngine extends Service {
  /** The port the HTTP server listens on. */
  readonly port: number;
  /** Never resolves; rejects when the engine can no longer do its work and should be started anew. */
  readonly failed: Promise<never>;
}

/**
 * Starts everything that makes alerts of conditions and shows them: conditions consumer, audit relay, presence relay, WebSocket hub and
 * HTTP API. Resolves once it listens and has joined its group; the ports are the caller's to close.
 */
export async function startAlertEngine(
  config: AlertEngineConfig,
  deps: AlertEngineDeps,
): Promise<AlertEngine> {
  const { ports, clock, logger, random } = deps;
  const { log, alerts, live, directory } = ports;
  const { regions, bounds } = config;
  const metrics = alertEngineMetrics(deps.registry);
  const started: Service[] = [];
  const failure = Promise.withResolvers<never>();
  // Whoever does not listen must not be ended by it.
  failure.promise.catch(() => {});
  let auditFailure: string | undefined;

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopInReverse(started, logger));

  try {
    const commits = new CommitSignal(clock);
    await commits.listenTo(alerts);
    const pauses = new Pauses({ log, clock, logger, changed: (patientId) => view.touch(patientId) });
    const view = new LiveView({
      live,
      directory,
      regions,
      pauseOf: (patientId) => pauses.of(patientId),
      clock,
      logger,
    });
    const settings = asSource(config.escalation ?? readEscalationSettings(undefined));
    const policyFor = policyFrom({
      settings,
      wardOf: (patientId) => view.patient(patientId)?.ward,
      pauseOf: (patientId) => pauses.of(patientId),
      gatewayOf: (patientId) => view.facts(patientId, '').presence?.gateway,
    });
    const wardOf = (patientId: string): string | undefined => view.patient(patientId)?.ward;
    const deliveries = new Deliveries({ log, logger });
    const stationFor = stationsFor(settings, wardOf);
    const receipts = new StationReceipts({ deliveries, stationFor, clock, logger, metrics });
    const verifyStaff = staffVerifier(config.staffSecret, config.staffIssuer);
    const hub = new Hub({
      receipts,
      alerts,
      commits,
      view,
      regions,
      verifyStaff,
      bounds,
      doubt: () => monitoring.doubt(),
      clock,
      logger,
      metrics,
      random,
    });
    const monitoring = new Monitoring({
      log,
      alerts,
      clock,
      feedEmptiedAtMs: () => hub.feed.emptiedAtMs,
      conditionsGroup: CONDITIONS_GROUP,
      vouchMs: bounds.vouchMs,
      pulseLagRecordsMax: bounds.pulseLagRecordsMax,
    });
    view.listen({
      changed: () => {},
      forgotten: () => {},
      presence: () => {},
      pulse: (pulse) => monitoring.onPulse(pulse),
    });
    await view.start();
    started.push(view);
    const following = await pauses.start();
    started.push(pauses);
    following.failed.catch((error: unknown) => failure.reject(error));
    monitoring.start();
    started.push({ name: 'monitoring', stop: async () => monitoring.stop() });

    const acting = { alerts, policyFor, clock, logger, metrics };
    const known = await deliveries.start();
    started.push(deliveries, receipts);
    known.failed.catch((error: unknown) => failure.reject(error));
    const secrets = derivedFrom(settings, (of) => webhookSecrets(of, config.secretOf ?? fromEnvironment));
    // One that is missing is to be found now.
    secrets();
    const send = senderFor(settings, clock, secrets);
    const dispatcher = (): Service =>
      startDispatcher({
        log,
        alerts,
        checkpoints: ports.checkpoints,
        commits,
        deliveries,
        newPlan: () => planFor(settings, wardOf),
        stationFor,
        recipients: () => settings.current().recipients,
        send,
        regions,
        clock,
        logger,
        metrics,
        random,
      });
    const watch = (): Service =>
      watchDevices({
        ...acting,
        view,
        regions,
        offlineGraceMs: bounds.offlineGraceMs,
        periodMs: bounds.deviceWatchMs,
        settingsVersion: () => settings.current().version,
      });
    const relay = (): Service =>
      startAuditRelay({
        log,
        alerts,
        checkpoints: ports.checkpoints,
        commits,
        regions,
        clock,
        logger,
        metrics,
        random,
        onFailed: (error) => (auditFailure = String(error)),
      });
    let leading: readonly Service[] | undefined;
    const conditions = await consumeConditions({
      log,
      alerts,
      clock,
      logger,
      metrics,
      random,
      policyFor,
      leadership: {
        gained: () => (leading ??= [relay(), dispatcher(), watch()]),
        lost: async () => {
          const relaying = leading;
          leading = undefined;
          await Promise.all((relaying ?? []).map((service) => service.stop()));
        },
      },
    });
    started.push({ name: 'conditions', stop: () => conditions.stop() });
    conditions.failed.catch((error: unknown) => {
      monitoring.consumerFailed();
      failure.reject(error);
    });

    started.push(startTimers({ ...acting, commits, regions }));
    started.push(followDischarges({ ...acting, directory, regions }));

    const presence = await relayPresence({ log, live, clock, logger, random });
    started.push({ name: 'presence-relay', stop: () => presence.stop() });
    presence.failed.catch((error: unknown) => failure.reject(error));

    const server = await buildServer(config, {
      alerts,
      log,
      timeSeries: ports.timeSeries,
      analytics: ports.analytics,
      directory,
      view,
      regions,
      alarmSettings: asSource(config.alarmSettings),
      policyFor,
      pauses,
      deliveries,
      patientChanges: new PatientChanges({ directory, log, clock }),
      clock,
      logger,
      metrics,
      exposition: deps.exposition,
      verifyStaff,
      webhookSecrets: secrets,
      dependencies: [
        { name: 'event log', check: () => log.ping() },
        { name: 'alert store', check: () => alerts.ping() },
        { name: 'live bus', check: () => live.ping() },
        { name: 'monitoring', check: () => refuseIf(monitoring.doubt()) },
        { name: 'audit trail', check: () => refuseIf(auditFailure) },
        ...deps.dependencies,
      ],
      upgrade: (request, socket, head) => hub.upgrade(request, socket, head),
    });
    started.push({ name: 'http', stop: () => server.close() });
    hub.start();
    started.push(hub);
    await server.listen({ host: config.host, port: config.port });
    const address = server.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.port;
    logger.info({ host: config.host, port }, 'the alert engine listens');
    return { name: 'alert-engine', port, failed: failure.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One that fails to stop does not keep the others from it. */
async function stopInReverse(services: readonly Service[], logger: Logger): Promise<void> {
  for (const service of [...services].reverse()) {
    try {
      await service.stop();
    } catch (error) {
      logger.error({ err: error, service: service.name }, 'failed while stopping');
    }
  }
}

async function refuseIf(reason: string | undefined): Promise<void> {
  if (reason !== undefined) throw new Error(reason);
}
