import { signalOf, type AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import { each } from './stage.ts';

/** Reasons of `updated` after which somebody has to look who did not have to before. */
const TELLING: ReadonlySet<string | undefined> = new Set([
  'condition worsened',
  'condition recurred',
  'pause ended',
  'pause lifted',
  'signal delay passed',
  'signal restored',
  'reminder',
]);

/** What sounds at the stations for the first time, or anew, or at a further step, is told; what is silent, or is only news, is not. */
export const somethingNew = each(({ event }) => (isTelling(event) ? undefined : 'nothing_new'));

/** Whether the event gives somebody something to look at who had nothing before. */
export function isTelling({ event, reason, alert }: AlertEvent): boolean {
  const signal = signalOf(alert);
  if (signal !== 'on' && signal !== 'latched') return false;
  return event === 'raised' || event === 'escalated' || (event === 'updated' && TELLING.has(reason));
}
