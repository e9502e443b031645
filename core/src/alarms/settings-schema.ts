/** The alarm settings file as it stands on disk (core/config/alarms.yaml explains each setting). */
import { z } from 'zod';
import { VITALS } from '../vitals/vital.ts';
import type { Priority } from './condition.ts';
import { PROFILES } from './profile.ts';

const PRIORITIES: readonly Priority[] = ['low', 'medium', 'high', 'critical'];

const side = z.partialRecord(z.enum(PRIORITIES), z.number());
const sides = z.strictObject({ low: side.optional(), high: side.optional() });
const seconds = z.number().nonnegative().max(3600);
const vital = z.enum(VITALS);
const limits = z.partialRecord(vital, sides);
const priority = z.enum(PRIORITIES);
const percent = z.number().min(0).max(100);
const reach = z.number().nonnegative();
const profile = z.enum(PROFILES.filter((name) => name !== 'adult'));

export const settingsSchema = z.strictObject({
  limits,
  condition_delay_s: z.strictObject({ default: seconds, critical: seconds }).catchall(seconds),
  hysteresis: z.record(vital, z.number().nonnegative()),
  clear_after_s: seconds,
  absence_s: z.number().positive().max(3600),
  profiles: z.partialRecord(profile, limits).optional(),
  desaturation: z
    .strictObject({ drop: z.number().positive().optional(), neonate_drop: z.number().positive().optional() })
    .optional(),
  override_reach: z
    .partialRecord(vital, z.strictObject({ low: reach.optional(), high: reach.optional() }))
    .optional(),
  early_warning_score: z
    .strictObject({
      single_three: priority,
      five: priority,
      seven: priority,
      delay_s: seconds,
      clear_after_s: seconds,
    })
    .optional(),
  technical: z
    .strictObject({
      battery_low: z.strictObject({ below_percent: percent, clear_percent: percent }).optional(),
      clock_wrong: z.strictObject({ off_by_s: seconds }).optional(),
      feed_late: z.strictObject({ behind_s: z.number().positive().max(300), lasting_s: seconds }).optional(),
      value_stuck: z.record(z.string(), z.number().positive().max(86_400)).optional(),
    })
    .optional(),
  trends: z
    .array(
      z.strictObject({
        vital,
        direction: z.enum(['falling', 'rising']),
        by: z.number().positive(),
        within_s: z.number().min(60).max(900),
        margin: z.number().nonnegative(),
        priority,
      }),
    )
    .optional(),
});

export type SettingsFile = z.infer<typeof settingsSchema>;
export type FileLimits = z.infer<typeof limits>;

/** Mildest priority first. */
export function inOrder(tiers: Partial<Record<Priority, number>> | undefined): [Priority, number][] {
  return PRIORITIES.flatMap((name) => {
    const limit = tiers?.[name];
    return limit === undefined ? [] : [[name, limit] satisfies [Priority, number]];
  });
}
