import type { ObjectiveResult } from '../report/slo.ts';

export interface Probe {
  /** Readings a second, of all devices. */
  readonly rate: number;
  readonly isMet: boolean;
  /** Why not. */
  readonly why: string;
  /** Whether the rate itself was kept, so that one bad moment may have been all there was to it. */
  readonly isClose: boolean;
  /** What fell behind was the tester, and of the server nothing is known. */
  readonly isTestersOwn: boolean;
}

export interface Knee {
  /** The highest rate tried that met the objectives. */
  readonly met: number;
  /** The lowest that did not; undefined where none was. */
  readonly missed: Probe | undefined;
}

/** Less than this of the wanted rate acknowledged in the time is not the rate. */
const RATE_SHARE_MIN = 0.97;
/** A tester that is this late itself measures its own machine. */
const OWN_LATENESS_MS_MAX = 50;

export function judgeProbe(
  rate: number,
  acknowledged: number,
  isClean: boolean,
  slo: readonly ObjectiveResult[],
  lateP99Ms: number | undefined,
): Probe {
  const missed = slo
    .filter(({ is_met }) => !is_met)
    .map(({ text, actual }) => `${text}: ${actual ?? 'nothing measured'}`);
  const isTestersOwn = lateP99Ms !== undefined && lateP99Ms > OWN_LATENESS_MS_MAX;
  const isRateKept = acknowledged >= rate * RATE_SHARE_MIN;
  const reasons = isTestersOwn
    ? [`the tester itself was ${Math.round(lateP99Ms)} ms late`]
    : missed.length > 0
      ? missed
      : !isRateKept
        ? [`only ${Math.round(acknowledged)}/s acknowledged`]
        : isClean
          ? []
          : ['a promise was broken'];
  return { rate, isMet: reasons.length === 0, why: reasons.join('; '), isClose: isRateKept, isTestersOwn };
}

/** Asks again where a probe missed and had kept its rate: one collection of garbage is no knee. */
export async function confirmed(rate: number, probe: (rate: number) => Promise<Probe>): Promise<Probe> {
  const first = await probe(rate);
  return first.isMet || !first.isClose ? first : probe(rate);
}

/**
 * Doubles from `min` until a probe misses, then halves the gap in between until it is within `precision` of the rate. undefined where `min` misses.
 */
export async function searchKnee(
  bounds: {
    readonly min: number;
    readonly max: number;
    readonly precision: number;
    readonly isAborted: () => boolean;
  },
  probe: (rate: number) => Promise<Probe>,
): Promise<Knee | undefined> {
  let met: number | undefined;
  let missed: Probe | undefined;
  for (
    let rate = bounds.min;
    missed === undefined && !bounds.isAborted();
    rate = Math.min(bounds.max, rate * 2)
  ) {
    const result = await probe(rate);
    if (result.isMet) met = rate;
    else missed = result;
    if (rate === bounds.max) break;
  }
  while (met !== undefined && missed && missed.rate - met > met * bounds.precision && !bounds.isAborted()) {
    const result = await probe(Math.round((met + missed.rate) / 2));
    if (result.isMet) met = result.rate;
    else missed = result;
  }
  return met === undefined ? undefined : { met, missed };
}
