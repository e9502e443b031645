import { noVitals, type VitalValues } from '@vitalwire/core/vitals/vital.ts';
import type { Dice } from '../world/dice.ts';

interface Excursion {
  readonly vital: 'heartbeat' | 'oxygen_saturation' | 'temperature';
  readonly fromMs: number;
  readonly toMs: number;
  readonly level: number;
  readonly noise: number;
}

/** Levels around and beyond the limits of each tier, and such as hover between a limit and its hysteresis. */
const LEVELS: Readonly<Record<Excursion['vital'], readonly number[]>> = {
  heartbeat: [119, 122, 128, 134, 155, 52, 48, 43, 38],
  oxygen_saturation: [90, 89, 85, 78],
  temperature: [102.1, 102.6, 104.4, 94.5],
};

/** All vitals at once, as the early-warning score looks for them, breaths without crossing a limit. */
const ILLNESSES: readonly Readonly<Record<Excursion['vital'] | 'breaths', number>>[] = [
  { heartbeat: 96, oxygen_saturation: 94.6, temperature: 100.9, breaths: 20 },
  { heartbeat: 112, oxygen_saturation: 92.6, temperature: 102, breaths: 21 },
  { heartbeat: 118, oxygen_saturation: 91.4, temperature: 98.6, breaths: 25 },
  { heartbeat: 75, oxygen_saturation: 97, temperature: 98.6, breaths: 26 },
];

/** A body: what it really does, second by second, well most of the time. */
export class Patient {
  readonly patientId: string;
  readonly #dice: Dice;
  readonly #excursions: readonly Excursion[];
  /** Long enough for its score to be a condition, and to get worse or better on the way. */
  readonly #illnesses: readonly {
    readonly of: (typeof ILLNESSES)[number];
    readonly fromMs: number;
    readonly toMs: number;
  }[];
  /** From when to when the lead that counts breaths is off. */
  readonly #leadOff: readonly (readonly [fromMs: number, toMs: number])[];

  constructor(patientId: string, dice: Dice, fromMs: number, minutes: number) {
    this.patientId = patientId;
    this.#dice = dice;
    this.#excursions = Array.from({ length: Math.ceil(minutes * 0.7) }, () => {
      const vital = dice.pick(['heartbeat', 'oxygen_saturation', 'temperature'] as const);
      const startMs = fromMs + dice.integer(0, minutes * 60_000);
      return {
        vital,
        fromMs: startMs,
        toMs: startMs + dice.integer(2_000, 70_000),
        level: dice.pick(LEVELS[vital]),
        noise: dice.integer(0, 3),
      };
    });
    this.#illnesses = Array.from({ length: dice.integer(0, 3) }, () => {
      const startMs = fromMs + dice.integer(0, minutes * 60_000);
      const toMs = startMs + dice.integer(40_000, 200_000);
      return { of: dice.pick(ILLNESSES), fromMs: startMs, toMs };
    });
    this.#leadOff = Array.from({ length: dice.integer(0, 2) }, () => {
      const startMs = fromMs + dice.integer(0, minutes * 60_000);
      return [startMs, startMs + dice.integer(4_000, 45_000)] as const;
    });
  }

  isLeadOff(nowMs: number): boolean {
    return this.#leadOff.some(([fromMs, toMs]) => nowMs >= fromMs && nowMs < toMs);
  }

  vitalsAt(nowMs: number): VitalValues {
    const ill = this.#illnesses.find(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs)?.of;
    const value = (vital: Excursion['vital'], usual: number): number => {
      const under = this.#excursions.find(
        (one) => one.vital === vital && nowMs >= one.fromMs && nowMs < one.toMs,
      );
      const level = under?.level ?? ill?.[vital] ?? usual;
      const spread = vital === 'temperature' ? 0.1 : (under?.noise ?? 1);
      return Math.round((level + (this.#dice.next() - 0.5) * 2 * spread) * 10) / 10;
    };
    return {
      ...noVitals(),
      heartbeat: value('heartbeat', 75),
      oxygen_saturation: Math.min(100, value('oxygen_saturation', 97)),
      temperature: value('temperature', 98.6),
      respiratory_rate: Math.round((ill?.breaths ?? 14) + this.#dice.next() * 4),
    };
  }
}
