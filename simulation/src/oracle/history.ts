import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { Accepted } from './accepted.ts';
import type { Expected, Heard, Shown } from './expected.ts';
import { limitEvents, samplesOf, type Judged, type Sample } from './limits.ts';

/** Nothing more of a backfill has arrived for so long: it is at its end. */
const HISTORY_SETTLED_MS = 60_000;
/**
 * What a backfill crossed, stretch by stretch: until nothing more of it comes for a minute, or a live condition was there at the time.
 * Each condition is told once, at its end. `told`: where a silence may have been noticed or not (`signalOf`), what was told decides.
 */
export function historicalEvents(
  patientId: string,
  readings: readonly Accepted[],
  liveWithinMs: number,
  vital: Judged,
  side: 'low' | 'high',
  live: readonly Shown[],
  told: readonly ConditionEvent[],
): Expected[] {
  const heard: Heard[] = [];
  let newestMs = Number.NEGATIVE_INFINITY;
  let heardAtMs = Number.NEGATIVE_INFINITY;
  let lastOf = Number.NEGATIVE_INFINITY;
  let stretches = 0;
  for (const [place, reading] of readings.entries()) {
    const { atMs, arrivalMs, durableAtMs, vitals } = reading;
    if (arrivalMs - atMs <= liveWithinMs) continue;
    const knownMs = Math.max(arrivalMs, durableAtMs);
    const settled = arrivalMs - heardAtMs >= HISTORY_SETTLED_MS;
    const noticed = knownMs - heardAtMs >= HISTORY_SETTLED_MS && told.some((one) => one.atMs === lastOf);
    if (settled || noticed) stretches++;
    heardAtMs = Math.max(heardAtMs, arrivalMs);
    if (vitals[vital] === undefined || atMs <= newestMs) continue;
    newestMs = atMs;
    lastOf = atMs;
    heard.push({ reading, place, losses: stretches });
  }
  const parts: Sample[][] = [];
  let before: Sample | undefined;
  for (const sample of samplesOf(heard, vital)) {
    if (isCovered(sample, live)) {
      before = undefined;
      continue;
    }
    if (before === undefined || before.losses !== sample.losses) parts.push([]);
    parts.at(-1)!.push(sample);
    before = sample;
  }
  return parts.flatMap((part) =>
    toldAtTheirEnd(limitEvents(patientId, part, vital, side), part.at(-1)!.atMs),
  );
}

/** By the live condition that stood when the sample came, or by the one that had ended last. */
function isCovered({ atMs, place }: Sample, live: readonly Shown[]): boolean {
  const known = live.filter((event) => event.place < place);
  const last = known.at(-1);
  if (last && last.event !== 'ended' && last.onsetMs <= atMs) return true;
  const ended = known.findLast(({ event }) => event === 'ended');
  return ended !== undefined && ended.onsetMs <= atMs && atMs < ended.atMs;
}

function toldAtTheirEnd(events: readonly Shown[], lastMs: number): Expected[] {
  const began = events.filter(({ event }) => event === 'began');
  return began.map((first): Expected => {
    const own = events.filter(({ id }) => id === first.id);
    const ended = own.find(({ event }) => event === 'ended');
    const { priority } = own.findLast(({ event }) => event !== 'ended') ?? first;
    const historical = { beganAtMs: first.atMs };
    return { ...first, event: 'ended', revision: 1, priority, atMs: ended?.atMs ?? lastMs, historical };
  });
}
