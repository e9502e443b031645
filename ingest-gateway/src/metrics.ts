import { HotHistogram } from '@vitalwire/core/runtime/hot-histogram.ts';
import { Counter, Gauge, LATENCY_BUCKETS_S, type Registry } from '@vitalwire/core/runtime/metrics.ts';
import type { PresenceState } from '@vitalwire/core/ports/live-bus.ts';
import { REJECTION_REASONS, type RejectionReason } from './admission/rejection.ts';

/** Why a connection was refused or closed by the gateway. */
export const REFUSAL_REASONS = [
  'too_many_connections',
  'no_connect',
  'protocol',
  'identifier',
  'credentials',
  'region',
  'misuse',
  'moved',
  'overloaded',
  'log_refused',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Figures that live elsewhere and are read when Prometheus asks. */
export interface GatewayGauges {
  readonly inflightBytes: () => number;
  readonly pausedConnections: () => number;
  readonly connections: () => number;
  readonly wrongClocks: () => number;
}

export interface GatewayMetrics {
  /** Counted in plain numbers on the path of every message; Prometheus reads them when it asks. */
  readonly hot: { readingsAccepted: number; clockCorrected: number; bytesReceived: number };
  readonly rejected: (reason: RejectionReason) => void;
  readonly refused: (reason: RefusalReason) => void;
  readonly subscriptionRefused: () => void;
  readonly presence: (state: PresenceState) => void;
  readonly appendRetried: () => void;
  /** From arrival to PUBACK. */
  readonly acknowledged: (latencyS: number) => void;
}

export function createMetrics(registry: Registry, gauges: GatewayGauges): GatewayMetrics {
  const registers = [registry];
  const hot = { readingsAccepted: 0, clockCorrected: 0, bytesReceived: 0 };
  readingCounter(
    registry,
    'vitalwire_gateway_readings_accepted_total',
    'Readings durably in vitals.readings, or on their way there.',
    () => hot.readingsAccepted,
  );
  readingCounter(
    registry,
    'vitalwire_gateway_clock_corrected_readings_total',
    "Readings accepted with a corrected event time, because their device's clock is wrong.",
    () => hot.clockCorrected,
  );
  readingCounter(
    registry,
    'vitalwire_gateway_received_bytes_total',
    'Bytes read from devices.',
    () => hot.bytesReceived,
  );
  gauge(
    registry,
    'vitalwire_gateway_inflight_bytes',
    'Bytes waiting for the event log.',
    gauges.inflightBytes,
  );
  gauge(
    registry,
    'vitalwire_gateway_paused_connections',
    'Connections that are not read because a bound on bytes in flight is reached.',
    gauges.pausedConnections,
  );
  gauge(registry, 'vitalwire_gateway_connections', 'Open connections.', gauges.connections);
  gauge(
    registry,
    'vitalwire_gateway_wrong_clock_devices',
    'Devices whose clock is known to be off by more than the tolerance.',
    gauges.wrongClocks,
  );
  const rejected = new Counter({
    name: 'vitalwire_gateway_rejected_total',
    help: 'Messages, and readings of a batch, kept in vitals.rejected.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of REJECTION_REASONS) rejected.inc({ reason }, 0);
  const refused = new Counter({
    name: 'vitalwire_gateway_refused_connections_total',
    help: 'Connections refused, or closed by the gateway.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of REFUSAL_REASONS) refused.inc({ reason }, 0);
  const subscriptionsRefused = new Counter({
    name: 'vitalwire_gateway_refused_subscriptions_total',
    help: "Subscriptions to anything but the device's own commands.",
    registers,
  });
  const presence = new Counter({
    name: 'vitalwire_gateway_presence_events_total',
    help: 'Events appended to devices.presence.',
    labelNames: ['state'],
    registers,
  });
  const retried = new Counter({
    name: 'vitalwire_gateway_append_retries_total',
    help: 'Appends tried again because the event log was away.',
    registers,
  });
  const latency = new HotHistogram({
    name: 'vitalwire_gateway_puback_latency_seconds',
    help: 'From the arrival of a message to its acknowledgement.',
    buckets: LATENCY_BUCKETS_S,
    registry,
  });
  return {
    hot,
    rejected: (reason) => rejected.inc({ reason }),
    refused: (reason) => refused.inc({ reason }),
    subscriptionRefused: () => subscriptionsRefused.inc(),
    presence: (state) => presence.inc({ state }),
    appendRetried: () => retried.inc(),
    acknowledged: (latencyS) => latency.observe(latencyS),
  };
}

function readingCounter(registry: Registry, name: string, help: string, read: () => number): void {
  const counter = new Counter({
    name,
    help,
    registers: [],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
  registry.registerMetric(counter);
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const metric = new Gauge({
    name,
    help,
    registers: [],
    collect() {
      this.set(read());
    },
  });
  registry.registerMetric(metric);
}
