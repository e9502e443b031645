import { conditionId, decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import { PRIORITY_RANK, type AlertType, type ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { LimitTier } from '@vitalwire/core/alarms/settings.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { SETTINGS } from '../components/ports.ts';
import type { SimulatedLog } from '../stores/event-log.ts';
import type { Accepted } from './accepted.ts';

/** What the oracle says of a condition's event; the rest (device, region, settings) is carried along. */
type Expected = Pick<
  ConditionEvent,
  'id' | 'revision' | 'event' | 'patientId' | 'type' | 'priority' | 'onsetMs' | 'atMs' | 'historical'
>;

/** With the place of the reading that showed it, in the order in which the patient's readings were accepted. */
type Shown = Expected & { readonly place: number };

/** Nothing more of a backfill has arrived for so long: it is at its end. */
const HISTORY_SETTLED_MS = 60_000;
/** A gap no longer than this counts as watched. */
const WATCHED_MS = 10_000;

const JUDGED = ['heartbeat', 'oxygen_saturation', 'temperature'] as const;
type Judged = (typeof JUDGED)[number];
const LIMIT_NAMES: Readonly<Record<Judged, string>> = {
  heartbeat: 'heartrate',
  oxygen_saturation: 'oxygen_saturation',
  temperature: 'temperature',
};

/** A reading that told of now, and how often the patient had been lost before it. */
interface Heard {
  readonly reading: Accepted;
  readonly place: number;
  readonly losses: number;
}

export function conditionEvents(log: SimulatedLog): readonly ConditionEvent[] {
  return log.records(TOPICS.conditions.name).map(({ value }) => decodeCondition(value ?? new Uint8Array()));
}

/** Conditions on the topic against those that a batch over each patient's accepted readings gives. */
export function checkConditions(
  accepted: readonly Accepted[],
  log: SimulatedLog,
  liveWithinMs: number,
  endMs: number,
): string[] {
  const violations: string[] = [];
  const actual = new Map<string, ConditionEvent>();
  for (const event of conditionEvents(log)) {
    const name = `${event.id}:${event.revision}`;
    const before = actual.get(name);
    if (before !== undefined && said(before) !== said(event)) {
      violations.push(`one condition, two stories: ${said(before)} and ${said(event)}`);
    }
    if (before === undefined && event.revision > 1 && !actual.has(`${event.id}:${event.revision - 1}`)) {
      violations.push(`out of order: ${said(event)}`);
    }
    actual.set(name, event);
  }
  const expected = new Map<string, Expected>();
  for (const patientId of new Set(accepted.map((one) => one.patientId))) {
    const readings = accepted.filter((one) => one.patientId === patientId);
    const lost = (onsetMs: number): boolean =>
      actual.has(`${conditionId(patientId, 'signal_lost', onsetMs)}:1`);
    const { heard, events } = signalOf(readings, liveWithinMs, lost, endMs);
    events.push(...leadOffEvents(patientId, heard));
    for (const vital of JUDGED) {
      for (const side of ['low', 'high'] as const) {
        const live = limitEvents(patientId, samplesOf(heard, vital), vital, side);
        events.push(...live);
        const told = [...actual.values()].filter((one) => one.patientId === patientId && one.historical);
        events.push(...historicalEvents(patientId, readings, liveWithinMs, vital, side, live, told));
      }
    }
    for (const event of events) expected.set(`${event.id}:${event.revision}`, event);
  }
  for (const [name, event] of expected) {
    const found = actual.get(name);
    if (found === undefined) violations.push(`no condition: ${said(event)}`);
    else if (said(found) !== said(event)) violations.push(`condition: ${said(found)}, not ${said(event)}`);
  }
  for (const [name, event] of actual) {
    if (isJudged(event.type) && !expected.has(name))
      violations.push(`nothing was the matter: ${said(event)}`);
  }
  return violations;
}

const isJudged = (type: string): boolean =>
  type === 'signal_lost' ||
  type === 'lead_off' ||
  JUDGED.some((vital) => type === `low_${LIMIT_NAMES[vital]}` || type === `high_${LIMIT_NAMES[vital]}`);

const said = (one: Expected): string => {
  const { patientId, type, event, revision, priority, onsetMs, atMs, historical } = one;
  const late = historical ? `, found late, began ${time(historical.beganAtMs)}` : '';
  return `${patientId} ${type} ${event} r${revision} ${priority} onset ${time(onsetMs)} at ${time(atMs)}${late}`;
};

const time = (ms: number): string => new Date(ms).toISOString().slice(11, 23);

/**
 * Who was heard when, and the silences of `absenceMs` in between. A silence between arrivals must be told; one that only stood while a
 * reading was on its way into the log may be (`wasTold`).
 */
function signalOf(
  readings: readonly Accepted[],
  liveWithinMs: number,
  wasTold: (onsetMs: number) => boolean,
  endMs: number,
): { heard: Heard[]; events: Expected[] } {
  const heard: Heard[] = [];
  const events: Expected[] = [];
  const first = readings[0];
  if (first === undefined) return { heard, events };
  let last = { arrivalMs: first.arrivalMs, atMs: Math.min(first.atMs, first.arrivalMs) - 1 };
  let lostSince: number | undefined;
  let losses = 0;
  const silence = (arrivalMs: number, knownMs: number): void => {
    const dueMs = last.arrivalMs + SETTINGS.absenceMs;
    if (lostSince !== undefined || knownMs < dueMs || (arrivalMs < dueMs && !wasTold(last.atMs))) return;
    lostSince = last.atMs;
    losses++;
    events.push(signalEvent(first.patientId, 'began', last.atMs, dueMs));
  };
  for (const [place, reading] of readings.entries()) {
    silence(reading.arrivalMs, Math.max(reading.arrivalMs, reading.durableAtMs));
    const live = reading.arrivalMs - reading.atMs <= liveWithinMs;
    if (!live || reading.atMs <= last.atMs) continue;
    if (lostSince !== undefined) events.push(signalEvent(first.patientId, 'ended', lostSince, reading.atMs));
    lostSince = undefined;
    last = { arrivalMs: Math.max(last.arrivalMs, reading.arrivalMs), atMs: reading.atMs };
    heard.push({ reading, place, losses });
  }
  silence(endMs, endMs);
  return { heard, events };
}

function signalEvent(patientId: string, event: 'began' | 'ended', onsetMs: number, atMs: number): Expected {
  return {
    id: conditionId(patientId, 'signal_lost', onsetMs),
    revision: event === 'began' ? 1 : 2,
    event,
    patientId,
    type: 'signal_lost',
    priority: 'low',
    onsetMs,
    atMs,
  };
}

const LEAD_OFF_MS = 10_000;

/** A lead that no reading said was on for ten seconds; a loss of the signal starts the watch over. */
function leadOffEvents(patientId: string, heard: readonly Heard[]): Expected[] {
  const events: Expected[] = [];
  let since: { readonly atMs: number; readonly losses: number } | undefined;
  let present: Expected | undefined;
  for (const { reading, losses } of heard) {
    const { atMs } = reading;
    if (reading.validity['respiratory_rate'] !== 'not_available') {
      if (present) events.push({ ...present, event: 'ended', revision: 2, atMs });
      since = undefined;
      present = undefined;
      continue;
    }
    if (since === undefined || (present === undefined && since.losses !== losses)) since = { atMs, losses };
    if (present !== undefined || atMs - since.atMs < LEAD_OFF_MS) continue;
    const onsetMs = since.atMs;
    const id = conditionId(patientId, 'lead_off', onsetMs);
    present = {
      id,
      revision: 1,
      event: 'began',
      patientId,
      type: 'lead_off',
      priority: 'low',
      onsetMs,
      atMs,
    };
    events.push(present);
  }
  return events;
}

interface Sample {
  readonly value: number;
  readonly atMs: number;
  /** Event time without the gaps in which nobody looked. */
  readonly watchedMs: number;
  readonly losses: number;
  readonly place: number;
}

function samplesOf(heard: readonly Heard[], vital: Judged): Sample[] {
  const samples: Sample[] = [];
  for (const { reading, losses, place } of heard) {
    const value = reading.vitals[vital];
    if (value === undefined) continue;
    const before = samples.at(-1);
    const gapMs = before ? reading.atMs - before.atMs : 0;
    const earlier = samples.at(-2);
    const usualMs = before && earlier ? before.atMs - earlier.atMs : 0;
    const counted = gapMs <= WATCHED_MS || gapMs <= 1.5 * usualMs ? gapMs : 0;
    const watchedMs = (before?.watchedMs ?? 0) + counted;
    samples.push({ value, atMs: reading.atMs, watchedMs, losses, place });
  }
  return samples;
}

/** One side of a vital, looking back over all samples at each: slow, and plainly what the alarm model says. */
function limitEvents(
  patientId: string,
  samples: readonly Sample[],
  vital: Judged,
  side: 'low' | 'high',
): Shown[] {
  const tiers = SETTINGS.limits[vital][side];
  const [mildest] = tiers;
  if (mildest === undefined) return [];
  const beyond = (tier: LimitTier, value: number): boolean =>
    side === 'low' ? value < tier.limit : value > tier.limit;
  const clean = (tier: LimitTier, value: number): boolean =>
    side === 'low'
      ? value >= tier.limit + SETTINGS.hysteresis[vital]
      : value <= tier.limit - SETTINGS.hysteresis[vital];

  /** The newest samples without a loss between them, up to and with `index`. */
  const watched = (index: number): Sample[] =>
    samples.slice(0, index + 1).filter(({ losses }) => losses === samples[index]?.losses);
  /** First sample beyond the tier since the last that was clean of it. */
  const crossingOf = (tier: LimitTier, index: number): Sample | undefined => {
    const seen = watched(index);
    const lastClean = seen.findLastIndex(({ value }) => clean(tier, value));
    return seen.slice(lastClean + 1).find(({ value }) => beyond(tier, value));
  };
  const dueTier = (index: number): LimitTier | undefined =>
    tiers.findLast((tier) => {
      const [sample, crossing] = [samples[index], crossingOf(tier, index)];
      if (!sample || !crossing || !beyond(tier, sample.value)) return false;
      return sample.watchedMs - crossing.watchedMs >= tier.delayMs;
    });
  /** Watched time since the newest run of clean samples began. */
  const cleanForMs = (index: number): number | undefined => {
    const seen = watched(index);
    const run = seen.slice(seen.findLastIndex(({ value }) => !clean(mildest, value)) + 1);
    const [from, to] = [run[0], run.at(-1)];
    return from && to && to.watchedMs - from.watchedMs;
  };

  const type = `${side}_${LIMIT_NAMES[vital]}` as AlertType;
  const events: Shown[] = [];
  let present: Shown | undefined;
  for (const [index, { atMs, place }] of samples.entries()) {
    const tier = dueTier(index);
    const cleanMs = cleanForMs(index);
    if (present === undefined) {
      const crossing = crossingOf(mildest, index);
      if (tier === undefined || crossing === undefined) continue;
      const onsetMs = crossing.atMs;
      const id = conditionId(patientId, type, onsetMs);
      const { priority } = tier;
      present = { id, revision: 1, event: 'began', patientId, type, priority, onsetMs, atMs, place };
      events.push(present);
    } else if (cleanMs !== undefined) {
      // The clearing begins with the condition's own clean samples, wherever a loss cut them off.
      if (cleanMs < SETTINGS.clearAfterMs) continue;
      events.push({ ...present, event: 'ended', revision: present.revision + 1, atMs, place });
      present = undefined;
    } else if (tier && PRIORITY_RANK[tier.priority] > PRIORITY_RANK[present.priority]) {
      present = {
        ...present,
        event: 'changed',
        revision: present.revision + 1,
        priority: tier.priority,
        atMs,
        place,
      };
      events.push(present);
    }
  }
  return events;
}

/**
 * What a backfill crossed, stretch by stretch: until nothing more of it comes for a minute, or a live condition was there at the time.
 * Each condition is told once, at its end. `told`: where a silence may have been noticed or not (`signalOf`), what was told decides.
 */
function historicalEvents(
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
