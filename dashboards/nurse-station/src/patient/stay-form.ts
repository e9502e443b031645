/** What was typed of a patient's stay, judged before it is sent. Pure. */
import type { Discharge, Place } from '../api/client.ts';

export interface TypedStay {
  /** The id that the device sends in. */
  readonly patient: string;
  readonly name: string;
  readonly age: string;
  readonly region: string;
  readonly ward: string;
  readonly bed: string;
  /** Empty: whichever device sends in the patient's name. */
  readonly device: string;
}

const AGE_MAX = 130;

export function stayProblem(typed: TypedStay, admits: boolean): string | undefined {
  if (admits && typed.patient.trim() === '') return 'The patient id is missing.';
  if (admits && typed.name.trim() === '') return 'The name is missing.';
  for (const part of ['region', 'ward', 'bed'] as const) {
    if (typed[part].trim() === '') return `The ${part} is missing.`;
  }
  if (admits && typed.age.trim() !== '' && ageOf(typed) === undefined) {
    return `The age must be a number of years, 0 to ${AGE_MAX}.`;
  }
  return undefined;
}

/** Years, of infants a fraction; undefined where it is none. */
export function ageOf({ age }: TypedStay): number | undefined {
  const years = Number(age.trim().replace(',', '.'));
  return age.trim() !== '' && years >= 0 && years <= AGE_MAX ? years : undefined;
}

/**
 * Another id: of somebody who was here before (`now`) it brings the name and the place along, and what the id before it brought (`then`)
 * goes with that one. The bed may be another's since, and so may the device.
 */
export function withId(
  typed: TypedStay,
  patient: string,
  then: Discharge | undefined,
  now: Discharge | undefined,
): TypedStay {
  const [old, next] = [broughtBy(then), broughtBy(now)];
  const kept = (part: keyof Brought): string =>
    (typed[part] === old[part] ? '' : typed[part]) || next[part] || '';
  return {
    ...typed,
    patient,
    name: kept('name'),
    age: kept('age'),
    region: kept('region'),
    ward: kept('ward'),
  };
}

type Brought = Pick<TypedStay, 'name' | 'age' | 'region' | 'ward'>;

const broughtBy = (discharge: Discharge | undefined): Partial<Brought> =>
  discharge === undefined
    ? {}
    : {
        name: discharge.name,
        age: discharge.age === null ? '' : String(discharge.age),
        region: discharge.region,
        ward: discharge.ward,
      };

const placeOf = ({ region, ward, bed, device }: TypedStay): Place => ({
  region: region.trim(),
  ward: ward.trim(),
  bed: bed.trim(),
  device_id: device.trim() || null,
});

/** Only what differs: what is left out stays, the device's assignment above all. */
export function changedPlace(before: TypedStay, after: TypedStay): Partial<Place> {
  const [old, next] = [placeOf(before), placeOf(after)];
  return Object.fromEntries(
    Object.entries(next).filter(([part, value]) => old[part as keyof Place] !== value),
  );
}

export const admissionOf = (typed: TypedStay) => ({
  patient_id: typed.patient.trim(),
  name: typed.name.trim(),
  age: ageOf(typed) ?? null,
  ...placeOf(typed),
});
