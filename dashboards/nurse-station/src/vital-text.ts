/** How vitals are named, rounded and aged on a screen. */
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';

export { VITALS, type VitalName };

export interface VitalText {
  readonly label: string;
  readonly unit: string;
  readonly decimals: number;
  /** Older than this, the number is replaced by dashes. */
  readonly lifetimeMs: number;
  /** Span of the y axis while all data is inside it. */
  readonly axis: readonly [min: number, max: number];
}

const SECOND = 1000;
const HOUR = 3_600_000;

/** Measured once in a while (cuff, probe): its age is always part of what is shown. */
const INTERMITTENT_MS = 4 * HOUR;
const CONTINUOUS_MS = 10 * SECOND;

export const VITAL_TEXT: Readonly<Record<VitalName, VitalText>> = {
  heartbeat: { label: 'HR', unit: '/min', decimals: 0, lifetimeMs: CONTINUOUS_MS, axis: [40, 140] },
  blood_pressure_systolic: {
    label: 'BP',
    unit: 'mmHg',
    decimals: 0,
    lifetimeMs: INTERMITTENT_MS,
    axis: [40, 190],
  },
  blood_pressure_diastolic: {
    label: 'BP dia',
    unit: 'mmHg',
    decimals: 0,
    lifetimeMs: INTERMITTENT_MS,
    axis: [40, 190],
  },
  temperature: { label: 'Temp', unit: '°F', decimals: 1, lifetimeMs: INTERMITTENT_MS, axis: [95, 103] },
  oxygen_saturation: { label: 'SpO₂', unit: '%', decimals: 0, lifetimeMs: CONTINUOUS_MS, axis: [80, 100] },
  respiratory_rate: { label: 'RR', unit: '/min', decimals: 0, lifetimeMs: CONTINUOUS_MS, axis: [5, 35] },
};

export const isIntermittent = (vital: VitalName): boolean => VITAL_TEXT[vital].lifetimeMs > CONTINUOUS_MS;

export const formatVital = (vital: VitalName, value: number): string =>
  value.toFixed(VITAL_TEXT[vital].decimals);

/** `7 s`, `12 min`, `3 h`: one unit, as coarse as can be said at a glance. */
export function formatAge(ageMs: number): string {
  const s = Math.max(0, Math.floor(ageMs / SECOND));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} d`;
}

/** `0:35`, `12:05`, `1:02:09`: a running time. */
export function formatElapsed(elapsedMs: number): string {
  const s = Math.max(0, Math.floor(elapsedMs / SECOND));
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  const ss = String(s % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${ss}` : `${m}:${ss}`;
}

/** The same for a narrow place, as exact as one needs it: `4:35`, from ten minutes `12m`, `3h`, `2d`. */
export const formatRunning = (elapsedMs: number): string =>
  elapsedMs < 600_000 ? formatElapsed(elapsedMs) : briefAge(formatAge(elapsedMs));

/** `12m` of `12 min`. */
export const briefAge = (age: string): string => age.replace(/ (\w).*/, '$1');

const clockFormat = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const minuteFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** `04:12:07` in the station's own time zone. */
export const formatClock = (atMs: number): string => clockFormat.format(atMs);

/** `04:12` on the day of `nowMs`, else `20 Nov 04:12`. */
export function formatMoment(atMs: number, nowMs: number): string {
  const day = dayFormat.format(atMs);
  const time = minuteFormat.format(atMs);
  return day === dayFormat.format(nowMs) ? time : `${day} ${time}`;
}
