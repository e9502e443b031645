import type { VitalName } from '@vitalwire/core/vitals/vital.ts';

/** At `atS` into the course the vital is `to`; `baseline` is the patient's own resting value. */
export interface Keyframe {
  readonly atS: number;
  readonly to: number | 'baseline';
}

/** What befalls a patient: for each vital it moves, where that lies when. Vitals it does not name follow physiology. */
export interface Course {
  readonly vitals: Readonly<Partial<Record<VitalName, readonly Keyframe[]>>>;
  /** Begins anew after this long; undefined holds the last keyframes for ever. */
  readonly repeatEveryS: number | undefined;
}

/**
 * The vital's value `atS` into the course, eased from keyframe to keyframe: the baseline before the first, the last for ever after.
 * undefined where the course does not move this vital.
 */
export function courseValue(
  course: Course,
  vital: VitalName,
  atS: number,
  baseline: number,
): number | undefined {
  const keyframes = course.vitals[vital];
  if (keyframes === undefined) return undefined;
  const { repeatEveryS } = course;
  const timeS = repeatEveryS === undefined || atS < 0 ? atS : atS % repeatEveryS;

  let fromS = 0;
  let from = baseline;
  for (const { atS: toS, to: target } of keyframes) {
    const to = target === 'baseline' ? baseline : target;
    if (timeS < toS) {
      const share = Math.max(0, timeS - fromS) / (toS - fromS);
      // A cosine, because a body neither starts nor stops at a corner.
      return from + ((to - from) * (1 - Math.cos(Math.PI * share))) / 2;
    }
    fromS = toS;
    from = to;
  }
  return from;
}
