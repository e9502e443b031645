import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_S,
  type Registry,
} from '@vitalwire/core/runtime/metrics.ts';

/** The alert engine's figures; labels are few and none names a person. */
export function alertEngineMetrics(registry: Registry) {
  const registers = [registry];
  return {
    conditions: new Counter({
      name: 'vitalwire_alert_conditions_total',
      help: 'Condition events handled, by what became of them: an alert event, or why nothing',
      labelNames: ['outcome'],
      registers,
    }),
    conditionRetries: new Counter({
      name: 'vitalwire_alert_condition_retries_total',
      help: 'Times a condition event had to wait for a store or the log',
      registers,
    }),
    conditionsAgain: new Counter({
      name: 'vitalwire_alert_conditions_again_total',
      help: 'Condition events applied again because the store may have lost what came of them',
      registers,
    }),
    conditionLatency: new Histogram({
      name: 'vitalwire_alert_condition_latency_seconds',
      help: 'From the append of a condition to its alert being in the store',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    commitConflicts: new Counter({
      name: 'vitalwire_alert_commit_conflicts_total',
      help: 'Commits that lost to another change of the same alert and were done again',
      registers,
    }),
    events: new Counter({
      name: 'vitalwire_alert_events_total',
      help: 'Alert events committed by this engine',
      labelNames: ['event', 'kind', 'priority'],
      registers,
    }),
    timerLateness: new Histogram({
      name: 'vitalwire_alert_timer_lateness_seconds',
      help: 'From when a signal, reminder or escalation was due to when this engine had fired it',
      labelNames: ['timer'],
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    deliveries: new Counter({
      name: 'vitalwire_alert_deliveries_total',
      help: 'Alerts told to the stations of a role, or to a recipient beyond them, by what became of it',
      labelNames: ['status'],
      registers,
    }),
    deliveryRetries: new Counter({
      name: 'vitalwire_alert_delivery_retries_total',
      help: 'Times a recipient could not be reached and will be tried again',
      registers,
    }),
    notificationsDropped: new Counter({
      name: 'vitalwire_alert_notifications_dropped_total',
      help: 'Recipients that were not told of an alert event, by the stage that took them out',
      labelNames: ['reason'],
      registers,
    }),
    auditEvents: new Counter({
      name: 'vitalwire_audit_events_total',
      help: 'Alert events written to the audit trail by this engine',
      registers,
    }),
    auditRetries: new Counter({
      name: 'vitalwire_audit_retries_total',
      help: 'Times the audit relay had to wait for the log or a store',
      registers,
    }),
    auditRecoveries: new Counter({
      name: 'vitalwire_audit_recoveries_total',
      help: 'Times the relay was further behind than the store retains and wrote every alert it still has',
      registers,
    }),
    stations: new Gauge({
      name: 'vitalwire_stations',
      help: 'WebSocket clients that have said hello',
      registers,
    }),
    stationCloses: new Counter({
      name: 'vitalwire_station_closes_total',
      help: 'WebSocket connections closed, by reason',
      labelNames: ['reason'],
      registers,
    }),
    stationJoins: new Counter({
      name: 'vitalwire_station_joins_total',
      help: 'Stations that joined: fresh, resumed from their cursor, or with a cursor too old to resume from',
      labelNames: ['kind'],
      registers,
    }),
    stationFrames: new Counter({
      name: 'vitalwire_station_frames_total',
      help: 'Frames sent to stations, by type',
      labelNames: ['type'],
      registers,
    }),
    stationVitalsSkipped: new Counter({
      name: 'vitalwire_station_vitals_skipped_total',
      help: 'Vitals frames not sent because the client was slow; the next one carries the newest',
      registers,
    }),
    alertFanoutLatency: new Histogram({
      name: 'vitalwire_alert_fanout_latency_seconds',
      help: 'From the stamp of an alert event to its frames being handed to the stations',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    monitoring: new Gauge({
      name: 'vitalwire_monitoring',
      help: '1 while the engine vouches for the feed, 0 while stations are told that they are not monitoring',
      registers,
    }),
    httpRequests: new Histogram({
      name: 'vitalwire_http_request_duration_seconds',
      help: 'API requests, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
  };
}

export type AlertEngineMetrics = ReturnType<typeof alertEngineMetrics>;
