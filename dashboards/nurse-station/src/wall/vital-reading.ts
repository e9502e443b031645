/** What a vital's place on the screen says at a moment: the number, dashes, a doubt, an age. Pure. */
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Vitals } from '../feed/patient.ts';
import { formatAge, formatVital, isIntermittent, VITAL_TEXT } from '../vital-text.ts';

export const DASHES = '– –';

export interface Shown {
  readonly text: string;
  /** Follows the number: a doubt (`?`) or the reason of the dashes; empty for a plain value. */
  readonly mark: string;
  /** Of the measurement; empty while it is as fresh as can be. */
  readonly age: string;
  readonly state: 'fresh' | 'questionable' | 'invalid' | 'missing';
}

const FRESH_MS = 3000;
const NOTHING: Shown = { text: DASHES, mark: '', age: '', state: 'missing' };

export function shownVital(vitals: Vitals, vital: VitalName, nowMs: number): Shown {
  const measured = vitals[vital];
  if (measured === undefined) return NOTHING;
  const ageMs = nowMs - measured.measuredAtMs;
  const saysAge = isIntermittent(vital) ? ageMs >= 60_000 : ageMs >= FRESH_MS;
  const age = saysAge ? formatAge(ageMs) : '';
  if (ageMs > VITAL_TEXT[vital].lifetimeMs) return { ...NOTHING, age };
  if (measured.validity === 'not_available') return { ...NOTHING, mark: 'lead off', age };
  const text = formatVital(vital, measured.value);
  if (measured.validity === 'invalid') return { text, mark: 'artefact', age, state: 'invalid' };
  if (measured.validity === 'questionable') return { text, mark: '?', age, state: 'questionable' };
  return { text, mark: '', age, state: 'fresh' };
}

/** The cuff's two numbers as one place. */
export function shownPressure(vitals: Vitals, nowMs: number): Shown {
  const systolic = shownVital(vitals, 'blood_pressure_systolic', nowMs);
  const diastolic = shownVital(vitals, 'blood_pressure_diastolic', nowMs);
  if (systolic.state === 'missing' && diastolic.state === 'missing') return systolic;
  const short = (shown: Shown): string => (shown.state === 'missing' ? '–' : shown.text);
  const doubted = systolic.state === 'fresh' ? diastolic : systolic;
  return { ...doubted, text: `${short(systolic)}/${short(diastolic)}`, age: systolic.age || diastolic.age };
}
