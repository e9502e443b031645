import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import { PRIORITY_RANK, type ConditionEvent, type Priority } from '@vitalwire/core/alarms/condition.ts';
import { SETTINGS } from '../components/ports.ts';
import { said, type Expected } from './expected.ts';
import type { ScoreHistory, StoodScore } from './scores.ts';

/** What falls due while a score stands, at an arrival or by the clock. */
interface Due {
  readonly dueMs: number;
  readonly atMs: number;
  /** Undefined: it has been low for long enough. */
  readonly priority: Priority | undefined;
}

const RANKS: Readonly<Record<string, number>> = { low: 0, 'low-medium': 1, medium: 2, high: 3 };
const rankOf = ({ score }: StoodScore): number => RANKS[score.level] ?? 0;

/**
 * `early_warning_score`: a single 3, an aggregate of 5, one of 7, each a worse one, once it has stood for the delay since the arrival of the
 * reading that made it; over once the score was below all of them for as long. What falls due while the reading that changes the score is
 * on its way into the log may be told or not (`told`): nobody could know better.
 */
export function scoreEvents(
  patientId: string,
  { live, stood }: ScoreHistory,
  told: (id: string, revision: number) => ConditionEvent | undefined,
  endMs: number,
): Expected[] {
  const rule = SETTINGS.earlyWarningScore;
  if (rule === undefined) return [];
  const { delayMs, clearAfterMs } = rule;
  const priorities = [rule.singleThree, rule.five, rule.seven];

  /** The first of the scores up to `index` that have all been as bad as the level. */
  const since = (index: number, rank: number): StoodScore =>
    stood[stood.slice(0, index).findLastIndex((one) => rankOf(one) < rank) + 1] as StoodScore;
  const lowSince = (index: number): StoodScore =>
    stood[stood.slice(0, index).findLastIndex((one) => rankOf(one) > 0) + 1] as StoodScore;
  const dueOf = (index: number): Due[] => {
    const rank = rankOf(stood[index] as StoodScore);
    if (rank === 0) {
      const { made } = lowSince(index);
      const [dueMs, atMs] = [made.arrivalMs + clearAfterMs, made.atMs + clearAfterMs];
      return [{ dueMs, atMs, priority: undefined }];
    }
    const levels = priorities.slice(0, rank).map((priority, level): Due => {
      const { made } = since(index, level + 1);
      return { dueMs: made.arrivalMs + delayMs, atMs: made.atMs + delayMs, priority };
    });
    // Of what falls due together the worst is told.
    return levels.toReversed().toSorted((a, b) => a.dueMs - b.dueMs);
  };

  const events: Expected[] = [];
  let present: Expected | undefined;
  for (const [index, { place }] of stood.entries()) {
    const next = stood[index + 1];
    const seen = live.slice(place, next ? next.place + 1 : undefined);
    const surelyMs = next ? Math.max(...seen.map(({ arrivalMs }) => arrivalMs)) : endMs;
    const perhapsMs = Math.max(surelyMs, next?.made.durableAtMs ?? endMs);
    for (const { dueMs, atMs, priority } of dueOf(index)) {
      const event = eventOf(patientId, present, since(index, 1), atMs, priority);
      if (event === undefined || dueMs > perhapsMs) continue;
      const found = told(event.id, event.revision);
      if (dueMs > surelyMs && (found === undefined || said(found) !== said(event))) continue;
      events.push(event);
      present = event.event === 'ended' ? undefined : event;
    }
  }
  return events;
}

/** Undefined where it is no news. */
function eventOf(
  patientId: string,
  present: Expected | undefined,
  onset: StoodScore,
  atMs: number,
  priority: Priority | undefined,
): Expected | undefined {
  const type = 'early_warning_score';
  if (present === undefined) {
    if (priority === undefined) return undefined;
    const onsetMs = onset.made.atMs;
    const id = conditionId(patientId, type, onsetMs);
    return { id, revision: 1, event: 'began', patientId, type, priority, onsetMs, atMs };
  }
  const revision = present.revision + 1;
  if (priority === undefined) return { ...present, event: 'ended', revision, atMs };
  if (PRIORITY_RANK[priority] <= PRIORITY_RANK[present.priority]) return undefined;
  return { ...present, event: 'changed', revision, priority, atMs };
}
