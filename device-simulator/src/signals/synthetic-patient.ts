import { noVitals, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { courseValue, type Course } from '../scenarios/course.ts';
import { Drift } from './drift.ts';
import { Periodic } from './periodic.ts';
import { ADULT, drawBaseline, type Baseline, type Profile } from './profiles.ts';
import { createRandom, type Random } from './random.ts';
import { measured, type Measurement, type VitalsSource } from './vitals-source.ts';

export interface SyntheticPatientOptions {
  readonly seed: number;
  /** What befalls the patient; undefined for nothing. */
  readonly course: Course | undefined;
  /** The second at which the course begins. */
  readonly courseStartS: number;
  /** The second of the first measurement. */
  readonly startS: number;
  readonly profile: Profile | undefined;
}

const CUFF_PERIOD_S = 300;
const THERMOMETER_PERIOD_S = 60;
/** The first cuff and temperature come within this time of the start, so that a new bed is soon complete. */
const FIRST_WITHIN_S = 20;

/** How unscripted vitals answer to others that a scenario moved: per percent of lost saturation, per °F of fever. */
const HEARTBEAT_PER_LOST_PERCENT = 0.8;
const HEARTBEAT_PER_FEVER_DEGREE = 4.4;
const BREATHS_PER_LOST_PERCENT = 0.4;
const BREATHS_PER_FEVER_DEGREE = 1.5;

/**
 * A made-up patient whom one seed determines. Each vital is the patient's own baseline, or what the scenario makes of it; plus slow drift, a
 * shared arousal that moves heart, breath and pressure together, breathing and pressure waves in the heart rate, and the monitor's
 * noise; rounded as monitors round. Pressure comes from a cuff every five minutes, temperature every minute, the rest each time.
 */
export class SyntheticPatient implements VitalsSource {
  readonly baseline: Baseline;
  readonly #random: Random;
  readonly #course: Course | undefined;
  readonly #courseStartS: number;
  readonly #arousal: Drift;
  readonly #drifts: Readonly<Record<VitalName, Drift>>;
  readonly #cuff: Periodic;
  readonly #thermometer: Periodic;
  readonly #hasCuff: boolean;
  readonly #dayPhaseS: number;

  constructor(options: SyntheticPatientOptions) {
    const random = createRandom(options.seed);
    const { startS } = options;
    this.#random = random;
    this.#course = options.course;
    this.#courseStartS = options.courseStartS;
    const profile = options.profile ?? ADULT;
    this.baseline = drawBaseline(profile, random);
    this.#hasCuff = profile.hasCuff;
    this.#arousal = new Drift(240, startS, random);
    this.#drifts = {
      heartbeat: new Drift(600, startS, random),
      blood_pressure_systolic: new Drift(1_800, startS, random),
      blood_pressure_diastolic: new Drift(1_800, startS, random),
      temperature: new Drift(7_200, startS, random),
      oxygen_saturation: new Drift(300, startS, random),
      respiratory_rate: new Drift(180, startS, random),
    };
    const cuffPhaseS = random.between(0, CUFF_PERIOD_S);
    const first = (): number => startS + random.between(0, FIRST_WITHIN_S);
    this.#cuff = new Periodic(first(), CUFF_PERIOD_S, cuffPhaseS);
    this.#thermometer = new Periodic(first(), THERMOMETER_PERIOD_S, cuffPhaseS % THERMOMETER_PERIOD_S);
    this.#dayPhaseS = random.between(0, 86_400);
  }

  measure(atS: number): Measurement {
    const arousal = this.#arousal.at(atS);
    const drift = (vital: VitalName): number => this.#drifts[vital].at(atS);
    const noise = (size: number): number => size * this.#random.normal();
    const mean = this.#means(atS);

    const vitals = noVitals();
    vitals.respiratory_rate = rounded(
      mean.respiratory_rate + 0.8 * drift('respiratory_rate') + 0.6 * arousal + noise(0.3),
      0,
    );
    const breathing = 1.2 * Math.sin((2 * Math.PI * atS * mean.respiratory_rate) / 60);
    const pressureWave = 0.8 * Math.sin(2 * Math.PI * 0.1 * atS);
    vitals.heartbeat = rounded(
      mean.heartbeat + 2 * drift('heartbeat') + 1.8 * arousal + breathing + pressureWave + noise(0.5),
      0,
    );
    vitals.oxygen_saturation = Math.min(
      100,
      rounded(mean.oxygen_saturation + 0.5 * drift('oxygen_saturation') + noise(0.2), 0),
    );
    if (this.#hasCuff && this.#cuff.isDue(atS)) {
      const systolic = mean.blood_pressure_systolic + 3 * drift('blood_pressure_systolic') + 3.5 * arousal;
      const diastolic = mean.blood_pressure_diastolic + 2 * drift('blood_pressure_diastolic') + 2 * arousal;
      vitals.blood_pressure_systolic = rounded(systolic + noise(1.5), 0);
      vitals.blood_pressure_diastolic = rounded(diastolic + noise(1), 0);
    }
    if (this.#thermometer.isDue(atS)) {
      const temperature = mean.temperature + 0.15 * drift('temperature');
      vitals.temperature = rounded(temperature + noise(0.05), 1);
    }
    return measured(vitals);
  }

  /** Where each vital would lie at that moment without any variation. */
  #means(atS: number): Baseline {
    const course = this.#course;
    const own = this.baseline;
    const scripted = (vital: VitalName): number | undefined =>
      course && courseValue(course, vital, atS - this.#courseStartS, own[vital]);

    // Body temperature swings by half a degree either way over the day.
    const restingTemperature =
      own.temperature + 0.5 * Math.sin((2 * Math.PI * (atS + this.#dayPhaseS)) / 86_400);
    const temperature = scripted('temperature') ?? restingTemperature;
    const saturation = scripted('oxygen_saturation') ?? own.oxygen_saturation;
    const systolic = scripted('blood_pressure_systolic') ?? own.blood_pressure_systolic;
    const lostPercent = Math.max(0, own.oxygen_saturation - saturation);
    const fever = Math.max(0, temperature - own.temperature - 1);
    return {
      temperature,
      oxygen_saturation: saturation,
      blood_pressure_systolic: systolic,
      blood_pressure_diastolic:
        scripted('blood_pressure_diastolic') ??
        (own.blood_pressure_diastolic * systolic) / own.blood_pressure_systolic,
      heartbeat:
        scripted('heartbeat') ??
        own.heartbeat + HEARTBEAT_PER_LOST_PERCENT * lostPercent + HEARTBEAT_PER_FEVER_DEGREE * fever,
      respiratory_rate:
        scripted('respiratory_rate') ??
        own.respiratory_rate + BREATHS_PER_LOST_PERCENT * lostPercent + BREATHS_PER_FEVER_DEGREE * fever,
    };
  }
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.max(0, Math.round(value * scale) / scale);
}
