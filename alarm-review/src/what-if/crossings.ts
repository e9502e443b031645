import { limitsFor } from '@vitalwire/core/alarms/patient-limits.ts';
import { PRIORITY_RANK, limitType, type LimitType, type Priority } from '@vitalwire/core/alarms/condition.ts';
import { profileOf } from '@vitalwire/core/alarms/profile.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { isUsable } from '@vitalwire/core/vitals/quality.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import type { Presence } from './replay.ts';
import type { Stay } from './stay.ts';

/** Consecutive samples strictly beyond a limit. */
export interface Crossing {
  readonly type: LimitType;
  readonly priority: Priority;
  readonly limit: number;
  readonly fromMs: number;
  toMs: number;
}

/** A crossing that lasts so long must not be missed. */
export const SUSTAINED_MS = 30_000;
/** Longer than this without a sample, and nobody was looking. */
const UNWATCHED_MS = 10_000;

/**
 * Every run of samples beyond a limit of the settings, each tier by itself, found apart from the operators: one sample back at the limit, or
 * more than 10 s without one, ends the run.
 */
export function crossingsOf({ patient, samples }: Stay, settings: AlarmSettings): Crossing[] {
  const limits = limitsFor(settings, profileOf(patient), patient.limits ?? {});
  const found: Crossing[] = [];
  for (const vital of VITALS) {
    for (const side of ['low', 'high'] as const) {
      for (const { priority, limit } of limits[vital][side]) {
        let run: Crossing | undefined;
        for (const { atMs, vitals, validity } of samples) {
          const value = vitals[vital];
          if (value === undefined || !isUsable(validity[vital] ?? 'valid')) continue;
          if (side === 'low' ? value >= limit : value <= limit) {
            run = undefined;
          } else if (run === undefined || atMs - run.toMs > UNWATCHED_MS) {
            run = { type: limitType(side, vital), priority, limit, fromMs: atMs, toMs: atMs };
            found.push(run);
          } else {
            run.toMs = atMs;
          }
        }
      }
    }
  }
  return found;
}

export const isSustained = ({ fromMs, toMs }: Crossing): boolean => toMs - fromMs >= SUSTAINED_MS;

/** After how long an alarm of at least the crossing's priority was there; undefined where none was while it lasted. */
export function delayOf(crossing: Crossing, presences: readonly Presence[]): number | undefined {
  const times = presences
    .filter(
      ({ type, rank, fromMs, toMs }) =>
        type === crossing.type &&
        rank >= PRIORITY_RANK[crossing.priority] &&
        fromMs <= crossing.toMs &&
        toMs >= crossing.fromMs,
    )
    .map(({ fromMs }) => Math.max(0, fromMs - crossing.fromMs));
  return times.length === 0 ? undefined : Math.min(...times);
}
