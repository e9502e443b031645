/** Whose limits apply where nothing is set for the patient herself: by age, or as recorded (clinical.md, "Alarm model"). */
export const PROFILES = [
  'adult',
  'paediatric_under_3_months',
  'paediatric_to_6_months',
  'paediatric_to_5_years',
  'paediatric_to_12_years',
  'paediatric_older',
  'neonate',
] as const;

export type PatientProfile = (typeof PROFILES)[number];

/** From 16 years on a patient is an adult, as for NEWS2. */
const YEARS_BELOW: readonly (readonly [years: number, profile: PatientProfile])[] = [
  [0.25, 'paediatric_under_3_months'],
  [0.5, 'paediatric_to_6_months'],
  [5, 'paediatric_to_5_years'],
  [12, 'paediatric_to_12_years'],
  [16, 'paediatric_older'],
];

/**
 * The profile recorded, else the one of the age; an adult's where neither is known. `neonate` is only ever recorded: an age in whole
 * years cannot tell one, and her SpO₂ limits would alarm on every older baby who breathes well.
 */
export function profileOf(patient: {
  readonly profile?: PatientProfile | undefined;
  readonly age: number | undefined;
}): PatientProfile {
  if (patient.profile !== undefined) return patient.profile;
  const { age } = patient;
  if (age === undefined) return 'adult';
  return YEARS_BELOW.find(([years]) => age < years)?.[1] ?? 'adult';
}
