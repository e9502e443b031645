/**
 * How far a device's clock is off, learned from what it says the time is against when that arrives: pure, `(state, input) => state`.
 *
 * - A BORN status carries the device's time at the moment of sending and gives the offset at once.
 * - A live reading gives one difference. It is worth less: a reading that was held back looks as if the clock were slow. So readings teach
 *   only together: the newest `SAMPLES` of them, when their differences agree to within `AGREE_MS` although they arrived over
 *   `SPREAD_MS` or longer. Readings sent again in a burst do not (what was measured over seconds arrives in one moment), nor does an outlier
 *   among good ones. The offset is then their median.
 * - What is known stays as it is until readings agree on something else by more than `STEADY_MS`: event times must not tremble with the
 *   network. A reading within that teaches nothing, and what others before it hinted at is forgotten; nearly all are such, and cost nothing.
 *   So a clock that was set anew in the midst of a life is learned again after `SAMPLES` readings.
 *
 * Each boot is a life of its own, whose clock may be another; the newest `BOOTS_KEPT` are remembered, for what is backfilled after a
 * reboot was measured by the clock from before it. Memory a device: at most `BOOTS_KEPT` times `SAMPLES` pairs of numbers.
 */
export interface DeviceClock {
  /** The boot heard last comes first. */
  readonly boots: readonly BootClock[];
}

interface BootClock {
  readonly bootId: number;
  /** Device time less arrival, ms: positive where the device is ahead. Undefined until it is known. */
  readonly offsetMs: number | undefined;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly differenceMs: number;
  readonly arrivalMs: number;
}

export const SAMPLES = 5;
/** Readings closer than this teach as one, the first: many in a moment say no more than one, and cost as much as many. */
export const APART_MS = 100;
export const AGREE_MS = 2_000;
export const SPREAD_MS = 4_000;
export const STEADY_MS = 1_000;
export const BOOTS_KEPT = 4;

export const NEW_CLOCK: DeviceClock = Object.freeze({ boots: [] });

export const offsetOf = (clock: DeviceClock, bootId: number): number | undefined =>
  clock.boots.find((boot) => boot.bootId === bootId)?.offsetMs;

/** BORN: the device says what time it is. A time of 0 is a field that was left out. */
export function afterBorn(
  clock: DeviceClock,
  bootId: number,
  deviceTimeMs: number,
  arrivalMs: number,
): DeviceClock {
  if (deviceTimeMs <= 0) return clock;
  const known = bootOf(clock, bootId);
  const offsetMs = steady(known.offsetMs, deviceTimeMs - arrivalMs);
  return withBoot(clock, { bootId, offsetMs, samples: [] });
}

/** A live reading, whether it was accepted or not. */
export function afterReading(
  clock: DeviceClock,
  bootId: number,
  measuredAtMs: number,
  arrivalMs: number,
): DeviceClock {
  const known = bootOf(clock, bootId);
  const differenceMs = measuredAtMs - arrivalMs;
  if (known.offsetMs !== undefined && Math.abs(differenceMs - known.offsetMs) <= STEADY_MS)
    return known.samples.length === 0 && known === clock.boots[0]
      ? clock
      : withBoot(clock, { ...known, samples: [] });
  const newest = known.samples.at(-1);
  if (newest !== undefined && Math.abs(arrivalMs - newest.arrivalMs) < APART_MS) return clock;
  const sample: Sample = { differenceMs, arrivalMs };
  const samples = known.samples.length < SAMPLES ? known.samples.slice() : known.samples.slice(1);
  samples.push(sample);
  const agreed = agreement(samples);
  const offsetMs = agreed === undefined ? known.offsetMs : steady(known.offsetMs, agreed);
  return withBoot(clock, { bootId, offsetMs, samples });
}

function agreement(samples: readonly Sample[]): number | undefined {
  const [oldest, newest] = [samples[0], samples.at(-1)];
  if (samples.length < SAMPLES || !oldest || !newest) return undefined;
  if (newest.arrivalMs - oldest.arrivalMs < SPREAD_MS) return undefined;
  const differences = samples.map(({ differenceMs }) => differenceMs).toSorted((a, b) => a - b);
  const [least, median, most] = [differences[0], differences[SAMPLES >> 1], differences.at(-1)];
  if (least === undefined || most === undefined || most - least > AGREE_MS) return undefined;
  return median;
}

const steady = (knownMs: number | undefined, newMs: number): number =>
  knownMs !== undefined && Math.abs(newMs - knownMs) <= STEADY_MS ? knownMs : newMs;

const bootOf = (clock: DeviceClock, bootId: number): BootClock =>
  clock.boots.find((boot) => boot.bootId === bootId) ?? { bootId, offsetMs: undefined, samples: [] };

function withBoot(clock: DeviceClock, boot: BootClock): DeviceClock {
  if (clock.boots.length === 1 && clock.boots[0]?.bootId === boot.bootId) return { boots: [boot] };
  const others = clock.boots.filter(({ bootId }) => bootId !== boot.bootId);
  return { boots: [boot, ...others].slice(0, BOOTS_KEPT) };
}
