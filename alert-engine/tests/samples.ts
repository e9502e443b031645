import { conditionId, encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { RiskScore } from '@vitalwire/core/ports/analytics.ts';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { LiveVitals } from '@vitalwire/core/ports/live-bus.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { packLatest } from '@vitalwire/core/vitals/latest.ts';

/** What is older than a minute is told late, by any clock that a test goes by. */
const STARTED_MS = Date.now();

/**
 * A SpO₂ of 84 that has lasted for 15 s or until now; `changes` win, the id follows from patient, type and onset. Not late, unless `atMs`
 * says so.
 */
export function sampleCondition(changes: Partial<ConditionEvent> = {}): ConditionEvent {
  const onsetMs = changes.onsetMs ?? Date.UTC(2026, 0, 1, 12);
  const patientId = changes.patientId ?? 'P1';
  const type = changes.type ?? 'low_oxygen_saturation';
  return {
    id: conditionId(patientId, type, onsetMs),
    revision: 1,
    event: 'began',
    patientId,
    region: 'West',
    deviceId: `${patientId}-monitor`,
    type,
    priority: 'medium',
    value: 84,
    threshold: 90,
    onsetMs,
    atMs: Math.max(onsetMs + 15_000, STARTED_MS),
    mode: 'real',
    settingsVersion: 'a1b2c3',
    ...changes,
  };
}

export function conditionRecord(condition: ConditionEvent): NewRecord {
  return {
    topic: TOPICS.conditions.name,
    key: condition.patientId,
    value: encodeCondition(condition),
    headers: {},
    timestampMs: condition.atMs,
  };
}

export function sampleVitals(patientId: string, changes: Partial<LiveVitals> = {}): LiveVitals {
  const measuredAtMs = changes.measuredAtMs ?? Date.now();
  return {
    patientId,
    region: 'West',
    deviceId: `${patientId}-monitor`,
    mode: 'real',
    measuredAtMs,
    vitals: packLatest({ heartbeat: { value: 72, measuredAtMs, validity: 'valid' } }),
    pending: [],
    ...changes,
  };
}

/** P1's score of 1, with nothing missing. */
export function sampleRiskScore(changes: Partial<RiskScore> = {}): RiskScore {
  return {
    region: 'West',
    patientId: 'P1',
    atMs: Date.UTC(2026, 0, 1, 12),
    score: 1,
    alertLevel: 'low',
    factors: {},
    sources: [],
    partial: false,
    assumed: [],
    ...changes,
  };
}

/** Ada of bed 4 in the intensive care of West. */
export function samplePatient(id: string, changes: Partial<Patient> = {}): Patient {
  return {
    id,
    name: 'Ada',
    age: 70,
    region: 'West',
    ward: 'ICU',
    bed: '4',
    primaryDoctor: 'Dr. B',
    riskLevel: 'high',
    ...changes,
  };
}
