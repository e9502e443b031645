import { readFileSync } from 'node:fs';
import { parseAlarmSettings, type AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { NO_MARKS, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { noVitals, type VitalValues } from '@vitalwire/core/vitals/vital.ts';

/** 1 January 2026, 00:00 UTC: on the edge of every window. */
export const START_MS = Date.UTC(2026, 0, 1);

/** A reading as a test needs it: whatever it does not name is unremarkable. */
export function aReading(values: Partial<VitalValues>, over: Partial<Omit<Reading, 'vitals'>> = {}): Reading {
  return {
    deviceId: 'D1',
    patientId: 'P1',
    region: 'Northeast',
    bootId: 1,
    sequence: 1,
    measuredAtMs: START_MS,
    mode: 'real',
    validity: NO_MARKS,
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
    ...over,
    vitals: { ...noVitals(), ...values },
  };
}

/** The alarm settings file that comes with Vitalwire. */
export const alarmsYaml = (): string =>
  readFileSync(new URL('../../../core/config/alarms.yaml', import.meta.url), 'utf8');

export const defaultSettings = (): AlarmSettings => parseAlarmSettings(alarmsYaml());
