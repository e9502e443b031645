import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { Accepted } from './accepted.ts';

/** What the oracle says of a condition's event; the rest (device, region, settings) is carried along. */
export type Expected = Pick<
  ConditionEvent,
  'id' | 'revision' | 'event' | 'patientId' | 'type' | 'priority' | 'onsetMs' | 'atMs' | 'historical'
>;

/** With the place of the reading that showed it, in the order in which the patient's readings were accepted. */
export type Shown = Expected & { readonly place: number };

/** A reading that told of now, and how often the patient had been lost before it. */
export interface Heard {
  readonly reading: Accepted;
  readonly place: number;
  readonly losses: number;
}

export const said = (one: Expected): string => {
  const { patientId, type, event, revision, priority, onsetMs, atMs, historical } = one;
  const late = historical ? `, found late, began ${time(historical.beganAtMs)}` : '';
  return `${patientId} ${type} ${event} r${revision} ${priority} onset ${time(onsetMs)} at ${time(atMs)}${late}`;
};

const time = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
