import { alertEventId, decodeAlertEvent, encodeAlertEvent } from '@vitalwire/core/alarms/alert-codec.ts';
import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { REGION } from '../components/ports.ts';
import type { Station } from '../components/station.ts';
import type { SimulatedAlerts } from '../stores/alert-store.ts';
import type { SimulatedLog } from '../stores/event-log.ts';
import { conditionEvents } from './conditions.ts';

/** Every condition is exactly one alert, its events in order, and its end is known. */
export function checkAlerts(alerts: SimulatedAlerts, log: SimulatedLog): string[] {
  const violations: string[] = [];
  const history = alerts.eventsOf(REGION).map(({ event }) => event);
  const carriers = new Map<string, Set<string>>();
  for (const { alert } of history) {
    carriers.set(alert.conditionId, (carriers.get(alert.conditionId) ?? new Set()).add(alert.id));
  }
  for (const condition of conditionEvents(log)) {
    const { id, type, patientId } = condition;
    const count = carriers.get(id)?.size ?? 0;
    if (count !== 1) violations.push(`condition ${patientId} ${type} ${id} is ${count} alerts`);
    const ended = history.some(({ alert }) => alert.conditionId === id && alert.endedAtMs === condition.atMs);
    const replaced =
      history.findLast(({ alert }) => carriers.get(id)?.has(alert.id))?.alert.conditionId !== id;
    if (condition.event === 'ended' && !ended && !replaced) {
      violations.push(`condition ${patientId} ${type} ${id} ended, and its alert does not say so`);
    }
  }
  for (const alert of alerts.all()) {
    const own = history.filter((event) => event.alert.id === alert.id);
    const raised = own.filter(({ event }) => event === 'raised').length;
    if (alert.historical) {
      const [only] = own;
      if (own.length !== 1 || only?.event !== 'resolved')
        violations.push(`historical alert ${alert.id} was live`);
    } else if (raised !== 1) violations.push(`alert ${alert.id} was raised ${raised} times`);
    if (own.some((event, index) => event.alert.version !== index + 1)) {
      violations.push(`alert ${alert.id} has a hole in its history`);
    }
  }
  return [...new Set(violations)];
}

/** The audit trail holds every change, and each once by its event id. */
export function checkLifecycle(alerts: SimulatedAlerts, log: SimulatedLog): string[] {
  const violations: string[] = [];
  const trail = new Map<string, AlertEvent>();
  for (const { value } of log.records(TOPICS.lifecycle.name)) {
    const event = decodeAlertEvent(value ?? new Uint8Array());
    const before = trail.get(alertEventId(event));
    if (before && textOf(before) !== textOf(event)) {
      violations.push(`audit trail: two stories of ${alertEventId(event)}`);
    }
    trail.set(alertEventId(event), event);
  }
  for (const { event } of alerts.eventsOf(REGION)) {
    const told = trail.get(alertEventId(event));
    if (told === undefined) violations.push(`audit trail: ${alertEventId(event)} is missing`);
    else if (textOf(told) !== textOf(event)) violations.push(`audit trail: ${alertEventId(event)} differs`);
    trail.delete(alertEventId(event));
  }
  for (const id of trail.keys()) violations.push(`audit trail: ${id} never happened`);
  return violations;
}

const textOf = (event: AlertEvent): string => Buffer.from(encodeAlertEvent(event)).toString();

/** A station has taken in every alert event since its first snapshot once and in order, and shows what stands. */
export function checkStation(station: Station, alerts: SimulatedAlerts): string[] {
  const violations: string[] = [];
  if (station.joinedAfter === undefined) return [`${station.name} never joined`];
  const happened = alerts
    .eventsOf(REGION)
    .slice(station.joinedAfter)
    .map(({ event }) => alertEventId(event));
  for (let index = 0; index < Math.max(happened.length, station.received.length); index++) {
    if (happened[index] === station.received[index]) continue;
    violations.push(`${station.name}: event ${index} is ${station.received[index]}, not ${happened[index]}`);
    break;
  }
  const open = alerts.all().filter((alert) => alert.status !== 'resolved');
  for (const alert of open) {
    if (station.shown.get(alert.id)?.version !== alert.version) {
      violations.push(`${station.name} does not show alert ${alert.id}`);
    }
  }
  if (station.shown.size !== open.length) violations.push(`${station.name} shows what is over`);
  return violations;
}
