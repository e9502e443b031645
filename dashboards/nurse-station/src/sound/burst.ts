/**
 * The auditory alarm signals of IEC 60601-1-8, clause 6.3.3.1 (tables 3 and 4), as times and frequencies. Pure: `tone.ts` makes them heard.
 *
 * |                         | high (and critical) | medium       | low          |
 * | ----------------------- | ------------------- | ------------ | ------------ |
 * | pulses in a burst       | 10, as 3+2, 3+2     | 3            | 1 or 2       |
 * | pulse duration          | 75 to 200 ms        | 125 to 250   | 125 to 250   |
 * | pulse spacing           | 50 to 125 ms        | 125 to 250   | 125 to 250   |
 * | 3rd to 4th pulse        | 2 spacings + pulse  |              |              |
 * | 5th to 6th pulse        | 350 to 1300 ms      |              |              |
 * | interval between bursts | 2.5 to 15 s         | 2.5 to 30 s  | over 15 s    |
 *
 * Fundamental 150 to 1000 Hz; at least four harmonics between 300 and 4000 Hz, within 15 dB of it.
 */
import type { Priority } from '../feed/patient.ts';

export interface Burst {
  /** Hz. */
  readonly fundamental: number;
  /** Seconds. */
  readonly pulse: number;
  /** Silence before each pulse but the first, seconds. */
  readonly spacings: readonly number[];
  /** From the end of a burst to the start of the next, seconds. */
  readonly interval: number;
}

/** Amplitudes of the 1st, 2nd, … harmonic. */
export const HARMONICS: readonly number[] = [1, 0.7, 0.55, 0.45, 0.35, 0.25];

/** Of a pulse's duration; the standard asks for 10 to 20 % so that it neither clicks nor creeps. */
export const RISE_SHARE = 0.15;

const X = 0.1;
const HIGH_PULSE = 0.15;
const FIVE = [X, X, 2 * X + HIGH_PULSE, X] as const;
const HIGH: Burst = {
  fundamental: 523.25,
  pulse: HIGH_PULSE,
  spacings: [...FIVE, 0.5, ...FIVE],
  interval: 6,
};

export const BURSTS: Readonly<Record<Priority, Burst>> = {
  critical: { ...HIGH, fundamental: 659.25, interval: 2.5 },
  high: HIGH,
  medium: { fundamental: 440, pulse: 0.2, spacings: [0.2, 0.2], interval: 9 },
  low: { fundamental: 330, pulse: 0.2, spacings: [0.2], interval: 20 },
};

/** When each pulse begins, in seconds after the burst does. */
export function pulseStarts({ pulse, spacings }: Burst): number[] {
  const starts = [0];
  for (const spacing of spacings) starts.push((starts.at(-1) ?? 0) + pulse + spacing);
  return starts;
}

/** Seconds, from the first pulse's start to the last one's end. */
export const burstLength = (burst: Burst): number => (pulseStarts(burst).at(-1) ?? 0) + burst.pulse;
