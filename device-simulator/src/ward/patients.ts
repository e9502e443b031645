import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';

/** Invented people; any likeness is chance. Age in years. */
const PEOPLE: readonly (readonly [name: string, age: number])[] = [
  ['Amara Okafor', 67],
  ['Lars Lindqvist', 74],
  ['Mei-Ling Zhou', 58],
  ['Diego Fuentes', 63],
  ['Ruth Abramson', 81],
  ['Kofi Mensah', 49],
  ['Hanna Virtanen', 71],
  ['Tomasz Zielinski', 55],
  ['Priya Raghavan', 62],
  ['Samuel Whitfield', 78],
  ['Leila Farahani', 45],
  ['Mateo Cardoso', 69],
  ['Ingrid Solheim', 84],
  ['Yusuf Demir', 52],
  ['Nora Gallagher', 76],
  ['Kenji Morita', 66],
];
const DOCTORS = ['Dr. Elena Marsh', 'Dr. Victor Adeyemi', 'Dr. Sofia Keller', 'Dr. Anil Mehta'] as const;
const RISK_LEVELS = ['medium', 'high', 'low', 'low'] as const;
const BEDS_A_WARD = 20;

export interface Bed {
  readonly deviceId: string;
  readonly patient: Patient;
}

/** The same beds at every start: who lies in bed `index` depends on nothing else. */
export function makeBeds(count: number, regions: readonly string[]): Bed[] {
  const inRegion = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const region = regions[index % regions.length] ?? '';
    const code = regionCode(region);
    // By code, not by region: two regions with one code must not share ids.
    const number = (inRegion.get(code) ?? 0) + 1;
    inRegion.set(code, number);
    const deviceId = `SIM-${code}-${String(number).padStart(2, '0')}`;
    const [name, age] = PEOPLE[index % PEOPLE.length] ?? ['Unknown', undefined];
    const generation = Math.floor(index / PEOPLE.length);
    const ward =
      number <= BEDS_A_WARD
        ? 'ICU'
        : `ICU ${String.fromCharCode(65 + Math.floor((number - 1) / BEDS_A_WARD))}`;
    return {
      deviceId,
      patient: {
        id: `P-${deviceId}`,
        name: generation === 0 ? name : `${name} ${generation + 1}`,
        age,
        region,
        ward,
        bed: `${ward} ${number}`,
        primaryDoctor: DOCTORS[index % DOCTORS.length] ?? '',
        riskLevel: RISK_LEVELS[index % RISK_LEVELS.length] ?? 'low',
      },
    };
  });
}

const CODES: Readonly<Record<string, string>> = {
  Northeast: 'NE',
  Southeast: 'SE',
  Midwest: 'MW',
  West: 'WE',
};

/** Two letters for a region: its points of the compass, or how its name begins. */
function regionCode(region: string): string {
  const letters = region.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase();
  return CODES[region] ?? (letters.slice(0, 2) || 'XX');
}
