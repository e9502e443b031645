/** What was typed into the limits' fields, judged before it is sent; and the engine's answer, put to the field it speaks of. Pure. */
import { PLAUSIBLE } from '@vitalwire/core/vitals/plausibility.ts';
import { isVitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Limit, Limits } from '../feed/patient.ts';
import { VITAL_TEXT, type VitalName } from '../vital-text.ts';

export type Side = 'low' | 'high';
export type FieldName = `${VitalName} ${Side}`;

/** As typed, by field; a field that does not stand here is as it was. */
export type Typed = Readonly<Partial<Record<FieldName, string>>>;

export interface FormProblems {
  readonly fields: Readonly<Partial<Record<FieldName, string>>>;
  /** What belongs to no single field. */
  readonly others: readonly string[];
}

export const NO_PROBLEMS: FormProblems = { fields: {}, others: [] };

export const fieldName = (vital: VitalName, side: Side): FieldName => `${vital} ${side}`;

const asTyped = (text: string | undefined, limit: number | undefined): number | undefined =>
  text === undefined || text.trim() === '' ? limit : Number(text.trim().replace(',', '.'));

/** Only sides that differ; their worse tiers go along as they are. Empty where nothing changed. */
export function changedLimits(limits: Limits, typed: Typed): Limits {
  const changed: Partial<Record<VitalName, { low: readonly Limit[]; high: readonly Limit[] }>> = {};
  for (const [name, text] of Object.entries(typed)) {
    const [vital, side] = name.split(' ') as [VitalName, Side];
    const tiers = limits[vital]?.[side] ?? [];
    const value = asTyped(text, tiers[0]?.limit);
    if (value === undefined || value === tiers[0]?.limit) continue;
    const first: Limit = { priority: tiers[0]?.priority ?? 'medium', limit: value };
    Object.assign((changed[vital] ??= {} as never), { [side]: [first, ...tiers.slice(1)] });
  }
  return changed;
}

export function problemsOf(limits: Limits, typed: Typed): FormProblems {
  const fields: Partial<Record<FieldName, string>> = {};
  for (const [name, text] of Object.entries(typed) as [FieldName, string][]) {
    const [vital, side] = name.split(' ') as [VitalName, Side];
    const other = side === 'low' ? 'high' : 'low';
    const value = asTyped(text, limits[vital]?.[side][0]?.limit);
    const opposite = asTyped(typed[fieldName(vital, other)], limits[vital]?.[other][0]?.limit);
    const [min, max] = PLAUSIBLE[vital];
    if (value === undefined) continue;
    if (!Number.isFinite(value)) fields[name] = 'Not a number';
    else if (value < min || value > max) fields[name] = `${min} to ${max}`;
    else if (opposite !== undefined && (side === 'low' ? value >= opposite : value <= opposite)) {
      fields[name] = side === 'low' ? 'Must be below the high limit' : 'Must be above the low limit';
    }
  }
  return { fields, others: [] };
}

/** `oxygen_saturation low: 82 is outside 85..95; …` as the engine says it. */
export function refusalOf(message: string): FormProblems {
  const fields: Partial<Record<FieldName, string>> = {};
  const others: string[] = [];
  for (const part of message.split('; ')) {
    const [, vital = '', side, why = ''] = /^(\w+)(?: (low|high))?: (.+)$/.exec(part) ?? [];
    if (!isVitalName(vital)) others.push(part);
    else if (side === undefined) others.push(`${VITAL_TEXT[vital].label}: ${why}`);
    else
      fields[fieldName(vital, side as Side)] = why.replace(
        /^[\d.]+ is outside ([\d.]+)\.\.([\d.]+)$/,
        'Allowed: $1 to $2',
      );
  }
  return { fields, others };
}
