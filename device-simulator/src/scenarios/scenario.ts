import { readFileSync } from 'node:fs';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { parse } from 'yaml';
import { z } from 'zod';
import { ADULT, NEONATE, type Profile } from '../signals/profiles.ts';
import type { Course } from './course.ts';

/** Scenarios that come with the simulator, each a YAML file beside this one; the format is described in stable.yaml. */
export const SCENARIOS = [
  'stable',
  'desaturation',
  'sepsis',
  'arrhythmia',
  'hypotension',
  'fever',
  'apnoea',
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly profile: Profile;
  readonly course: Course;
  /** Alerts that the default adult limits must bring, and by when in the course. None other is expected. */
  readonly expect: readonly { readonly alert: string; readonly byS: number }[];
}

/** The file is not a scenario; the message says where. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

const keyframe = z
  .strictObject({ at_s: z.number().min(0), to: z.union([z.number(), z.literal('baseline')]) })
  .transform(({ at_s, to }) => ({ atS: at_s, to }));

const schema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  patient: z.enum(['adult', 'neonate']).default('adult'),
  repeat_every_s: z.number().positive().optional(),
  course: z.partialRecord(
    z.enum(VITALS),
    z
      .array(keyframe)
      .min(1)
      .refine((frames) => frames.every((frame, i) => i === 0 || frame.atS > (frames[i - 1]?.atS ?? 0)), {
        message: 'at_s must rise',
      }),
  ),
  expect: z.array(
    z
      .strictObject({ alert: z.string().min(1), by_s: z.number().positive() })
      .transform(({ alert, by_s }) => ({ alert, byS: by_s })),
  ),
});

/** @throws ScenarioError */
export function parseScenario(text: string): Scenario {
  const parsed = schema.safeParse(parse(text));
  if (!parsed.success) {
    throw new ScenarioError(
      parsed.error.issues
        .map((issue) => `${issue.path.join('.') || 'scenario'}: ${issue.message}`)
        .join('; '),
    );
  }
  const { name, description, patient, course, repeat_every_s: repeatEveryS, expect } = parsed.data;
  return {
    name,
    description,
    profile: patient === 'neonate' ? NEONATE : ADULT,
    course: { vitals: course, repeatEveryS },
    expect,
  };
}

export function loadScenario(name: ScenarioName): Scenario {
  return parseScenario(readFileSync(new URL(`${name}.yaml`, import.meta.url), 'utf8'));
}
