import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import { each, type Stage } from './stage.ts';

const MINUTE_MS = 60_000;

/** So many a minute and recipient, of medium and low. Critical and high count, and are never held back. */
export function rate(perMinute: () => number): Stage {
  const told = new Map<string, number[]>();
  return each(({ event: { alert }, recipient }, nowMs) => {
    const recent = (told.get(recipient.name) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS);
    told.set(recipient.name, recent);
    const mustGo = PRIORITY_RANK[alert.priority] >= PRIORITY_RANK.high;
    if (!mustGo && recent.length >= perMinute()) return 'rate_limited';
    recent.push(nowMs);
    return undefined;
  });
}
