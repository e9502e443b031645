/** What the station knows of a bed: the server's JSON with its times read into Unix ms (server time). */
import type { AlarmKind, Priority } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStatus } from '@vitalwire/core/alarms/alert.ts';
import type { Validity } from '@vitalwire/core/vitals/quality.ts';
import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';

export type { AlarmKind, AlertStatus, Mode, Priority, Validity };

export interface VitalValue {
  readonly value: number;
  readonly measuredAtMs: number;
  readonly validity: Validity;
}

export type Vitals = Readonly<Partial<Record<VitalName, VitalValue>>>;

export type Connection = 'connected' | 'born' | 'dead' | 'lost' | 'unknown';

/** A limit is crossed, and its delay is running. */
export interface Pending {
  readonly type: string;
  readonly priority: Priority;
  readonly sinceMs: number;
  readonly dueMs: number;
}

/** `on` and `latched` are audible, the others are not. */
export type AlarmSignal = 'on' | 'latched' | 'acknowledged' | 'delayed' | 'paused' | 'inhibited' | 'off';

/** The directory gives the name: who has none sends, and nobody has admitted her. */
export const isAdmitted = ({ name }: Pick<Patient, 'name'>): boolean => name !== undefined;

/** Alarms of this priority and below are silent for a while, by a person's will. */
export interface Pause {
  readonly untilMs: number;
  readonly by: string;
  readonly priority: Priority;
}

/** No pause is longer. */
export const PAUSE_MAX_MS = 120_000;

export interface Limit {
  readonly priority: Priority;
  readonly limit: number;
}

/** Of each side the mildest first; crossed strictly below `low` or above `high`. */
export interface VitalLimits {
  readonly low: readonly Limit[];
  readonly high: readonly Limit[];
}

export type Limits = Readonly<Partial<Record<VitalName, VitalLimits>>>;

export interface Alert {
  readonly id: string;
  readonly version: number;
  readonly patientId: string;
  readonly region: string;
  readonly deviceId: string;
  /** An alert type of core, or one that a newer server invented. */
  readonly type: string;
  readonly kind: AlarmKind;
  readonly priority: Priority;
  readonly status: AlertStatus;
  readonly value: number | undefined;
  readonly threshold: number | undefined;
  readonly message: string;
  readonly mode: Mode;
  readonly raisedAtMs: number;
  readonly onsetMs: number;
  /** Set while not resolved: the alert is latched. */
  readonly endedAtMs: number | undefined;
  /** It had begun long before anyone could be told: it came out of a backlog. Silent while its signal is `delayed`. */
  readonly late: boolean;
  /** Found afterwards in readings that came late: closed from the start, nobody was or will be told. */
  readonly historical: boolean;
  readonly acknowledgedBy: string | undefined;
  readonly acknowledgedAtMs: number | undefined;
  readonly resolvedAtMs: number | undefined;
  /** Steps of the escalation chain taken so far. */
  readonly escalationStep: number;
  /** When it was last said again although acknowledged: its condition lasts. */
  readonly remindedAtMs: number | undefined;
  /** Whether the engine has someone told; undefined of an engine that does not say. */
  readonly signal: AlarmSignal | undefined;
}

/** The early-warning score (NEWS2). */
export interface Score {
  readonly value: number;
  /** A lower bound: a parameter was missing. */
  readonly partial: boolean;
  /** `low`, `low-medium`, `medium` or `high`; undefined where the server says the number alone. */
  readonly level: string | undefined;
}

export interface Patient {
  readonly patientId: string;
  readonly region: string;
  readonly deviceId: string;
  readonly name: string | undefined;
  readonly age: number | undefined;
  readonly bed: string | undefined;
  readonly ward: string | undefined;
  readonly mode: Mode;
  readonly connection: Connection;
  readonly batteryPercent: number | undefined;
  readonly vitals: Vitals;
  readonly pending: readonly Pending[];
  readonly score: Score | undefined;
  readonly pause: Pause | undefined;
  /** Open ones, most urgent first. */
  readonly alerts: readonly Alert[];
}

/** The directory does not know the patient (yet): shown by the id alone. */
export function unknownPatient(patientId: string): Patient {
  return {
    patientId,
    region: '',
    deviceId: '',
    name: undefined,
    age: undefined,
    bed: undefined,
    ward: undefined,
    mode: 'real',
    connection: 'unknown',
    batteryPercent: undefined,
    vitals: {},
    pending: [],
    score: undefined,
    pause: undefined,
    alerts: [],
  };
}
