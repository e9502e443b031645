import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import { each, type Stage } from './stage.ts';

/**
 * One cause pages once: SpO₂, pulse and score of one patient who deteriorates reach a recipient as one message, the first. A higher
 * priority, or a further step, is told all the same. The memory is this process's: another that takes over tells once more.
 */
export function grouping(groupMs: () => number): Stage {
  const told = new Map<string, { readonly atMs: number; readonly rank: number }>();
  return each(({ event: { alert }, recipient }, nowMs) => {
    for (const [key, { atMs }] of told) if (nowMs - atMs >= groupMs()) told.delete(key);
    const cause = alert.patientId === '' ? `region ${alert.region}` : `patient ${alert.patientId}`;
    const key = `${recipient.name} ${alert.escalationStep} ${cause}`;
    const rank = PRIORITY_RANK[alert.priority];
    const last = told.get(key);
    if (last && last.rank >= rank) return 'grouped';
    told.set(key, { atMs: nowMs, rank });
    return undefined;
  });
}
