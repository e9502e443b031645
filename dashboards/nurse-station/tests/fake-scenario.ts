/** A ward as it is at night: most beds quiet, one in danger, one of each other thing. */
import type { PatientDocument } from '../src/feed/frames.ts';
import type { FakeWard } from './fake-ward.ts';

const isoAt = (ms: number): string => new Date(ms).toISOString();

export function nightScenario(ward: FakeWard, nowMs: number): void {
  const { alerts } = ward;
  const ago = (s: number): string => isoAt(nowMs - s * 1000);
  const set = (id: string, change: Partial<PatientDocument>): void => {
    Object.assign(ward.patient(id) ?? {}, change);
  };
  alerts.raise('P1037', {
    type: 'low_oxygen_saturation',
    priority: 'critical',
    value: 79,
    threshold: 80,
    message: 'SpO₂ 79 % below 80 for 5 s',
    onset: ago(35),
    timestamp: ago(30),
  });
  ward.hold('P1037', { oxygen_saturation: 78, heartbeat: 118 });
  alerts.raise('P1012', {
    type: 'high_heartrate',
    priority: 'high',
    value: 134,
    threshold: 130,
    onset: ago(80),
    timestamp: ago(70),
    message: 'Heart rate 134/min above 130 for 10 s',
  });
  ward.hold('P1012', { heartbeat: 135 });
  const seen = alerts.raise('P1005', {
    type: 'high_respiratory_rate',
    priority: 'medium',
    value: 31,
    threshold: 30,
    onset: ago(400),
    timestamp: ago(390),
  });
  ward.hold('P1005', { respiratory_rate: 32 });
  alerts.acknowledge(seen.id, 'Maja Lindqvist', nowMs - 300_000);
  alerts.raise('P1021', {
    type: 'low_blood_pressure_systolic',
    priority: 'medium',
    value: 88,
    threshold: 90,
    onset: ago(200),
    timestamp: ago(200),
  });
  const latched = alerts.raise('P1044', {
    type: 'low_heartrate',
    priority: 'high',
    value: 43,
    threshold: 45,
    onset: ago(600),
    timestamp: ago(590),
  });
  alerts.end(latched.id);
  alerts.raise('P1008', {
    type: 'signal_lost',
    kind: 'technical',
    priority: 'low',
    onset: ago(90),
    timestamp: ago(60),
    message: 'No readings from the bedside device',
  });
  ward.silence('P1008', nowMs - 90_000);
  set('P1008', { connection: 'lost' });
  alerts.raise('P1050', {
    type: 'battery_low',
    kind: 'technical',
    priority: 'low',
    onset: ago(900),
    timestamp: ago(900),
  });
  set('P1050', { battery_percent: 8 });
  set('P1060', { mode: 'test' });
  set('P1059', { name: null, bed: null, ward: null, age: null });
  // The network was away for a while: one condition came out of the backlog, one was found in what a device had kept.
  const late = alerts.raise('P1037', {
    type: 'low_respiratory_rate',
    priority: 'high',
    value: 4,
    threshold: 5,
    onset: ago(2200),
    timestamp: ago(2190),
    ended_at: ago(2120),
    late: true,
    signal: 'delayed',
  });
  alerts.close(late.id);
  alerts.raise('P1037', {
    type: 'high_heartrate',
    priority: 'high',
    status: 'resolved',
    value: 141,
    threshold: 130,
    onset: ago(1500),
    timestamp: ago(1490),
    ended_at: ago(1380),
    resolved_at: ago(600),
    historical: true,
    signal: 'off',
  });
  const oldest = alerts.raise('P1037', {
    type: 'high_heartrate',
    priority: 'medium',
    value: 121,
    threshold: 120,
    onset: ago(3000),
    timestamp: ago(2990),
  });
  alerts.acknowledge(oldest.id, 'Maja Lindqvist', nowMs - 2_900_000);
  alerts.end(oldest.id);
  const vitals = ward.patient('P1015')?.vitals;
  if (vitals?.['heartbeat']) vitals['heartbeat'].validity = 'questionable';
  const due = nowMs + 12_000;
  set('P1030', {
    pending: [{ type: 'low_oxygen_saturation', priority: 'medium', since: ago(3), due: isoAt(due) }],
  });
  ward.hold('P1030', { oxygen_saturation: 89 });
  const critical = alerts.of('P1037', 'low_oxygen_saturation');
  if (critical !== undefined) alerts.escalate(critical.id);
  alerts.raise('P1021', {
    type: 'lead_off',
    kind: 'technical',
    priority: 'medium',
    onset: ago(50),
    timestamp: ago(50),
  });
  alerts.raise('P1011', {
    type: 'high_heartrate',
    priority: 'medium',
    value: 124,
    threshold: 120,
    onset: ago(60),
    timestamp: ago(50),
  });
  ward.hold('P1011', { heartbeat: 125 });
  ward.pause('P1011', 'Maja Lindqvist', 100, nowMs);
}
