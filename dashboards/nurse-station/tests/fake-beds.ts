/** A made-up bed: who lies in it, what is usual for her, and what her limits are. */
import type { PatientDocument } from '../src/feed/frames.ts';
import type { Limits } from '../src/feed/patient.ts';

export interface FakeBed {
  readonly document: PatientDocument;
  readonly base: Readonly<Record<string, number>>;
  /** Its device says nothing from then on. */
  silentSinceMs: number | undefined;
  readonly cuffMs: number;
  limits: Limits;
  readonly chart: Record<string, unknown>;
}

const NAMES = [
  'Ruiz, Ana',
  'Okafor, Chidi',
  'Lindqvist, Maja',
  'Nguyen, Thi Hoa',
  'Dubois, Henri',
  'Kowalska, Zofia',
  'Abdi, Fatima',
  'Silva, Joao',
  'Papadopoulos-Anagnostou, Konstantinos',
  'Kim, Min-jun',
  'Brown, Grace',
  'Haddad, Samir',
];

const LIMITS: Limits = {
  heartbeat: {
    low: [
      { priority: 'medium', limit: 50 },
      { priority: 'high', limit: 45 },
      { priority: 'critical', limit: 40 },
    ],
    high: [
      { priority: 'medium', limit: 120 },
      { priority: 'high', limit: 130 },
      { priority: 'critical', limit: 150 },
    ],
  },
  oxygen_saturation: {
    low: [
      { priority: 'medium', limit: 90 },
      { priority: 'critical', limit: 80 },
    ],
    high: [],
  },
  respiratory_rate: { low: [{ priority: 'medium', limit: 8 }], high: [{ priority: 'medium', limit: 30 }] },
  blood_pressure_systolic: {
    low: [{ priority: 'medium', limit: 90 }],
    high: [{ priority: 'medium', limit: 180 }],
  },
  temperature: { low: [{ priority: 'medium', limit: 95 }], high: [{ priority: 'medium', limit: 102.2 }] },
};

/** The i-th bed of a ward: no two alike, and the same each time. */
export function makeBed(id: string, i: number, nowMs: number): FakeBed {
  return {
    base: {
      heartbeat: 62 + ((i * 7) % 40),
      oxygen_saturation: 94 + (i % 5),
      respiratory_rate: 13 + (i % 8),
    },
    silentSinceMs: undefined,
    limits: LIMITS,
    chart: {},
    cuffMs: nowMs - ((i * 97) % 1500) * 1000,
    document: {
      patient_id: id,
      region: i % 3 === 2 ? 'Southwest' : 'Northeast',
      device_id: `MON-${id}`,
      vitals: {},
      score: i % 9 === 0 ? null : scoreOf((i * 5) % 7, i % 8 === 3),
      connection: 'born',
      alerts: [],
      name: NAMES[i % NAMES.length] ?? null,
      age: 30 + ((i * 13) % 60),
      bed: String(i + 1),
      ward: i < 30 ? 'Cardiology 4A' : 'Medicine 5B',
      mode: 'real',
      pending: [],
      battery_percent: 100 - ((i * 11) % 70),
    },
  };
}

function scoreOf(score: number, partial: boolean): { score: number; level: string; partial: boolean } {
  return { score, level: score >= 7 ? 'high' : score >= 5 ? 'medium' : 'low', partial };
}
