/** The six vitals, by the data model's names; every per-vital array in the system is in this order. */
export const VITALS = [
  'heartbeat',
  'blood_pressure_systolic',
  'blood_pressure_diastolic',
  'temperature',
  'oxygen_saturation',
  'respiratory_rate',
] as const;

export type VitalName = (typeof VITALS)[number];

/** A value for each vital; `undefined` where it was not measured. Temperature is °F everywhere inside. */
export type VitalValues = Record<VitalName, number | undefined>;

/** UCUM units as stored and shown. */
export const UNITS: Readonly<Record<VitalName, string>> = {
  heartbeat: '/min',
  blood_pressure_systolic: 'mm[Hg]',
  blood_pressure_diastolic: 'mm[Hg]',
  temperature: '[degF]',
  oxygen_saturation: '%',
  respiratory_rate: '/min',
};

export function isVitalName(name: string): name is VitalName {
  return (VITALS as readonly string[]).includes(name);
}

export function noVitals(): VitalValues {
  return {
    heartbeat: undefined,
    blood_pressure_systolic: undefined,
    blood_pressure_diastolic: undefined,
    temperature: undefined,
    oxygen_saturation: undefined,
    respiratory_rate: undefined,
  };
}

/** A value for every vital, made by `make`. */
export function forEachVital<T>(make: (vital: VitalName) => T): Record<VitalName, T> {
  return {
    heartbeat: make('heartbeat'),
    blood_pressure_systolic: make('blood_pressure_systolic'),
    blood_pressure_diastolic: make('blood_pressure_diastolic'),
    temperature: make('temperature'),
    oxygen_saturation: make('oxygen_saturation'),
    respiratory_rate: make('respiratory_rate'),
  };
}
