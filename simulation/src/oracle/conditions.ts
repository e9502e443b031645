import { conditionId, decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { SimulatedLog } from '../stores/event-log.ts';
import type { Accepted } from './accepted.ts';
import { clockEvents, latenessEvents } from './device-facts.ts';
import { said, type Expected } from './expected.ts';
import { historicalEvents } from './history.ts';
import { JUDGED, limitEvents, samplesOf } from './limits.ts';
import { scoreEvents } from './score-conditions.ts';
import type { ScoreHistory } from './scores.ts';
import { leadOffEvents, signalOf } from './signals.ts';

export function conditionEvents(log: SimulatedLog): readonly ConditionEvent[] {
  return log.records(TOPICS.conditions.name).map(({ value }) => decodeCondition(value ?? new Uint8Array()));
}

/** Conditions on the topic against those that a batch over each patient's accepted readings gives. */
export function checkConditions(
  accepted: readonly Accepted[],
  log: SimulatedLog,
  histories: ReadonlyMap<string, ScoreHistory>,
  liveWithinMs: number,
  endMs: number,
): string[] {
  const violations: string[] = [];
  const actual = new Map<string, ConditionEvent>();
  for (const event of conditionEvents(log)) {
    const name = `${event.id}:${event.revision}`;
    const before = actual.get(name);
    if (before !== undefined && said(before) !== said(event)) {
      violations.push(`one condition, two stories: ${said(before)} and ${said(event)}`);
    }
    if (before === undefined && event.revision > 1 && !actual.has(`${event.id}:${event.revision - 1}`)) {
      violations.push(`out of order: ${said(event)}`);
    }
    actual.set(name, event);
  }
  const expected = new Map<string, Expected>();
  for (const patientId of new Set(accepted.map((one) => one.patientId))) {
    const readings = accepted.filter((one) => one.patientId === patientId);
    const lost = (onsetMs: number): boolean =>
      actual.has(`${conditionId(patientId, 'signal_lost', onsetMs)}:1`);
    const { heard, events } = signalOf(readings, liveWithinMs, lost, endMs);
    events.push(...leadOffEvents(patientId, heard));
    events.push(...clockEvents(patientId, heard), ...latenessEvents(patientId, heard));
    const scores = histories.get(patientId);
    const found = (id: string, revision: number) => actual.get(`${id}:${revision}`);
    if (scores) events.push(...scoreEvents(patientId, scores, found, endMs));
    const told = [...actual.values()].filter((one) => one.patientId === patientId && one.historical);
    for (const vital of JUDGED) {
      for (const side of ['low', 'high'] as const) {
        const live = limitEvents(patientId, samplesOf(heard, vital), vital, side);
        events.push(...live);
        events.push(...historicalEvents(patientId, readings, liveWithinMs, vital, side, live, told));
      }
    }
    for (const event of events) expected.set(`${event.id}:${event.revision}`, event);
  }
  for (const [name, event] of expected) {
    const found = actual.get(name);
    if (found === undefined) violations.push(`no condition: ${said(event)}`);
    else if (said(found) !== said(event)) violations.push(`condition: ${said(found)}, not ${said(event)}`);
  }
  for (const [name, event] of actual) {
    if (!expected.has(name)) violations.push(`nothing was the matter: ${said(event)}`);
  }
  return violations;
}
