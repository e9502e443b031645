import { createHash } from 'node:crypto';
import type { RiskScore } from '@vitalwire/core/ports/analytics.ts';
import type { RawPoint, WindowPoint } from '@vitalwire/core/ports/time-series.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import {
  BLOOD_PRESSURE_PANEL,
  CODES,
  LOINC_SYSTEM,
  MDC_SYSTEM,
  UCUM_SYSTEM,
} from '@vitalwire/core/vitals/codes.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';

/** R4 JSON, as far as it is used here: what is left out is not there. */
export type Resource = { readonly resourceType: string; readonly id: string } & Readonly<
  Record<string, unknown>
>;

/** What an Observation can be about: a vital of its own, the two pressures together, or the score. */
export const KINDS = [
  'heartbeat',
  'blood_pressure',
  'temperature',
  'oxygen_saturation',
  'respiratory_rate',
  'early_warning_score',
] as const;
export type Kind = (typeof KINDS)[number];

const PRESSURES = ['blood_pressure_systolic', 'blood_pressure_diastolic'] as const;

const DISPLAY: Readonly<Record<VitalName, string>> = {
  heartbeat: 'Heart rate',
  blood_pressure_systolic: 'Systolic blood pressure',
  blood_pressure_diastolic: 'Diastolic blood pressure',
  temperature: 'Body temperature',
  oxygen_saturation: 'Oxygen saturation',
  respiratory_rate: 'Respiratory rate',
};

const SNOMED_SYSTEM = 'http://snomed.info/sct';

/** SNOMED CT, UK edition, as the NHS's guidance on NEWS2 in FHIR has them: the total, and the points of a parameter. */
const SCORE_CODE = {
  system: SNOMED_SYSTEM,
  code: '1104051000000101',
  display: 'Royal College of Physicians NEWS2 (National Early Warning Score 2) total score',
};
/** Saturation has a code for each of its scales, and a stored score does not say which it was: it goes by its text. */
const POINTS_CODES: Readonly<Record<string, string>> = {
  respiratory_rate: '1104301000000104',
  supplemental_oxygen: '1104331000000105',
  blood_pressure_systolic: '1104341000000101',
  heartbeat: '1104351000000103',
  consciousness: '1104361000000100',
  temperature: '1104371000000107',
};

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/** Every coding by which a kind can be asked for. */
export function codingsOf(kind: Kind): readonly Coding[] {
  if (kind === 'early_warning_score') return [SCORE_CODE];
  if (kind === 'blood_pressure') {
    return [
      { system: LOINC_SYSTEM, code: BLOOD_PRESSURE_PANEL.loinc, display: 'Blood pressure panel' },
      { system: MDC_SYSTEM, code: BLOOD_PRESSURE_PANEL.mdc },
    ];
  }
  return vitalCodings(kind);
}

function vitalCodings(vital: VitalName): readonly Coding[] {
  const { loinc, mdc } = CODES[vital];
  return [
    ...loinc.map((code) => ({ system: LOINC_SYSTEM, code, display: DISPLAY[vital] })),
    { system: MDC_SYSTEM, code: mdc },
  ];
}

const CATEGORY = [
  {
    coding: [
      {
        system: 'http://terminology.hl7.org/CodeSystem/observation-category',
        code: 'vital-signs',
        display: 'Vital Signs',
      },
    ],
  },
];

const absent = (code: 'not-performed' | 'error' | 'unknown') => ({
  dataAbsentReason: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code }],
  },
});

const quantity = (vital: VitalName, value: number) => ({
  valueQuantity: { value, unit: CODES[vital].ucum, system: UCUM_SYSTEM, code: CODES[vital].ucum },
});

/** The same measurement has the same id, whoever asks. */
const idOf = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);

interface Measured {
  readonly patientId: string;
  readonly deviceId: string | undefined;
  readonly atMs: number;
  /** Where it is the mean of a window, its end. */
  readonly endMs: number | undefined;
  readonly value: (vital: VitalName) => number | undefined;
  readonly isInvalid: (vital: VitalName) => boolean;
}

/** The Observations of one raw point: one for each vital measured, the pressures together. */
export function ofRaw(point: RawPoint, kinds: ReadonlySet<Kind>): readonly Resource[] {
  return observations(kinds, {
    patientId: point.patientId,
    deviceId: point.deviceId,
    atMs: point.atMs,
    endMs: undefined,
    value: (vital) => point.vitals[vital],
    isInvalid: (vital) => point.validity[vital] === 'invalid' || point.validity[vital] === 'not_available',
  });
}

/** The means of a window, as Observations over its period. */
export function ofWindow(window: WindowPoint, tierMs: number, kinds: ReadonlySet<Kind>): readonly Resource[] {
  return observations(kinds, {
    patientId: window.patientId,
    deviceId: undefined,
    atMs: window.startMs,
    endMs: window.startMs + tierMs,
    value: (vital) => window.vitals[vital]?.mean,
    isInvalid: () => false,
  });
}

function observations(kinds: ReadonlySet<Kind>, measured: Measured): Resource[] {
  const found: Resource[] = [];
  for (const vital of VITALS) {
    if (vital === 'blood_pressure_systolic' || vital === 'blood_pressure_diastolic' || !kinds.has(vital))
      continue;
    if (!isThere(measured, vital)) continue;
    found.push({
      ...head(measured, vital),
      code: { coding: vitalCodings(vital), text: DISPLAY[vital] },
      ...valueOf(measured, vital),
    });
  }
  if (kinds.has('blood_pressure') && PRESSURES.some((vital) => isThere(measured, vital))) {
    found.push({
      ...head(measured, 'blood_pressure'),
      code: { coding: codingsOf('blood_pressure'), text: 'Blood pressure' },
      component: PRESSURES.map((vital) => ({
        code: { coding: vitalCodings(vital), text: DISPLAY[vital] },
        ...valueOf(measured, vital),
      })),
    });
  }
  return found;
}

/** Measured, or said to be unusable: what a device never mentioned is no observation. */
const isThere = ({ value, isInvalid }: Measured, vital: VitalName): boolean =>
  value(vital) !== undefined || isInvalid(vital);

/** An artefact is no value: the number is withheld. */
function valueOf({ value, isInvalid }: Measured, vital: VitalName) {
  if (isInvalid(vital)) return absent('error');
  const number = value(vital);
  return number === undefined ? absent('not-performed') : quantity(vital, number);
}

function head({ patientId, deviceId, atMs, endMs }: Measured, kind: string): Resource {
  return {
    resourceType: 'Observation',
    id: idOf(patientId, deviceId ?? `window ${endMs ?? 0}`, kind, atMs),
    status: 'final',
    category: CATEGORY,
    subject: { reference: `Patient/${patientId}` },
    ...(endMs === undefined
      ? { effectiveDateTime: toIso(atMs) }
      : { effectivePeriod: { start: toIso(atMs), end: toIso(endMs) } }),
    ...(deviceId === undefined ? {} : { device: { display: deviceId } }),
  };
}

/** A NEWS2 aggregate; its parameters' points are components. A partial one is preliminary: a lower bound. */
export function ofScore(score: RiskScore): Resource {
  return {
    resourceType: 'Observation',
    id: idOf(score.patientId, 'early_warning_score', score.atMs),
    status: score.partial ? 'preliminary' : 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'survey',
            display: 'Survey',
          },
        ],
      },
    ],
    code: { coding: [SCORE_CODE], text: 'NEWS2' },
    subject: { reference: `Patient/${score.patientId}` },
    effectiveDateTime: toIso(score.atMs),
    valueInteger: score.score,
    interpretation: [{ text: score.alertLevel }],
    component: Object.entries(score.factors).map(([parameter, points]) => ({
      code: { ...pointsCoding(parameter), text: parameter },
      valueInteger: points,
    })),
    ...noteOf(score),
  };
}

function pointsCoding(parameter: string): { readonly coding?: readonly Coding[] } {
  const code = POINTS_CODES[parameter];
  return code === undefined ? {} : { coding: [{ system: SNOMED_SYSTEM, code }] };
}

function noteOf({ partial, assumed }: RiskScore): { readonly note?: readonly { readonly text: string }[] } {
  const notes = [
    ...(partial ? ['A parameter was missing: the score is a lower bound.'] : []),
    ...(assumed.length > 0 ? [`Assumed normal, never charted: ${assumed.join(', ')}.`] : []),
  ];
  return notes.length === 0 ? {} : { note: notes.map((text) => ({ text })) };
}
