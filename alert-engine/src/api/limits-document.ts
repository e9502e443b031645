import { limitsFor } from '@vitalwire/core/alarms/patient-limits.ts';
import { profileOf } from '@vitalwire/core/alarms/profile.ts';
import type { AlarmSettings, LimitTier } from '@vitalwire/core/alarms/settings.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import { VITALS, forEachVital } from '@vitalwire/core/vitals/vital.ts';
import { z } from 'zod';

const tiers = z.array(
  z.object({ priority: z.enum(['low', 'medium', 'high', 'critical']), limit: z.number() }),
);

export const limitsSchema = z
  .record(z.enum(VITALS), z.object({ low: tiers, high: tiers }))
  .describe('mildest first; crossed strictly below `low` or above `high`');

/** The limits that a patient is judged by: her own where they were set, else her profile's; an adult's where nobody knows her. */
export function limitsDocument(
  settings: AlarmSettings,
  patient: Patient | undefined,
): z.infer<typeof limitsSchema> {
  const limits = limitsFor(settings, patient ? profileOf(patient) : 'adult', patient?.limits ?? {});
  const shown = (side: readonly LimitTier[]) => side.map(({ priority, limit }) => ({ priority, limit }));
  return forEachVital((vital) => ({ low: shown(limits[vital].low), high: shown(limits[vital].high) }));
}
