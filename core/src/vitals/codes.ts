import type { VitalName } from './vital.ts';

export const MDC_SYSTEM = 'urn:iso:std:iso:11073:10101';
export const LOINC_SYSTEM = 'http://loinc.org';
export const UCUM_SYSTEM = 'http://unitsofmeasure.org';

/** Codes by vital (clinical.md, "Codes"); the first LOINC code is the one FHIR's vital-signs profile asks for. */
export const CODES: Readonly<
  Record<VitalName, { readonly mdc: string; readonly loinc: readonly string[]; readonly ucum: string }>
> = {
  heartbeat: { mdc: '147842', loinc: ['8867-4'], ucum: '/min' },
  blood_pressure_systolic: { mdc: '150021', loinc: ['8480-6'], ucum: 'mm[Hg]' },
  blood_pressure_diastolic: { mdc: '150022', loinc: ['8462-4'], ucum: 'mm[Hg]' },
  temperature: { mdc: '150364', loinc: ['8310-5'], ucum: '[degF]' },
  oxygen_saturation: { mdc: '150456', loinc: ['2708-6', '59408-5'], ucum: '%' },
  respiratory_rate: { mdc: '151562', loinc: ['9279-1'], ucum: '/min' },
};

export const BLOOD_PRESSURE_PANEL = { mdc: '150020', loinc: '85354-9' } as const;
