/**
 * Live vitals as they are said on a region's channel, from one process of ours to another: a thousand patients a second are written and read
 * here, so each is an array in a fixed order, times are ms, and a vital's moment is told as its age. What is kept for others to read is in
 * live-fields.ts.
 */
import type { AlertType, Priority } from '../../alarms/condition.ts';
import type { LiveScore, LiveVitals, PendingCrossing, RollingAggregates } from '../../ports/live-bus.ts';
import { latestOf, packLatest, type LatestVital } from '../../vitals/latest.ts';
import { VALIDITIES } from '../../vitals/quality.ts';
import type { Mode } from '../../vitals/reading.ts';
import { VITALS, type VitalName } from '../../vitals/vital.ts';

type Rolling = Readonly<Partial<Record<VitalName, RollingAggregates>>>;
type Pending = readonly [type: AlertType, priority: Priority, sinceMs: number, dueMs: number];
type Message = readonly [
  patientId: string,
  region: string,
  deviceId: string,
  mode: Mode,
  measuredAtMs: number,
  /** Four numbers for each vital there is: which, its value, ms before `measuredAtMs`, validity. */
  vitals: readonly number[],
  pending: readonly Pending[],
  score: LiveScore | null,
  scoreExclusion: string | null,
  rolling: Rolling | null,
];

/** Several with commas between them, in brackets, are a message. */
export function encodeLive(live: LiveVitals): string {
  const vitals: number[] = [];
  for (let index = 0; index < VITALS.length; index++) {
    const vital = latestOf(live.vitals, index);
    if (vital === undefined) continue;
    const ageMs = live.measuredAtMs - vital.measuredAtMs;
    vitals.push(index, vital.value, ageMs, VALIDITIES.indexOf(vital.validity));
  }
  const message: Message = [
    live.patientId,
    live.region,
    live.deviceId,
    live.mode,
    live.measuredAtMs,
    vitals,
    live.pending.map(({ type, priority, sinceMs, dueMs }) => [type, priority, sinceMs, dueMs]),
    live.score ?? null,
    live.scoreExclusion ?? null,
    live.rolling ?? null,
  ];
  return JSON.stringify(message);
}

/** @throws SyntaxError or TypeError where it is no message of ours */
export function decodeLive(json: string): LiveVitals[] {
  return (JSON.parse(json) as readonly Message[]).map(fromMessage);
}

function fromMessage(message: Message): LiveVitals {
  const [patientId, region, deviceId, mode, measuredAtMs, numbers, pending, score, exclusion, rolling] =
    message;
  if (typeof patientId !== 'string' || typeof measuredAtMs !== 'number')
    throw new TypeError('not live vitals as this version says them');
  const vitals: Partial<Record<VitalName, LatestVital>> = {};
  for (let at = 0; at < numbers.length; at += 4) {
    vitals[VITALS[numbers[at]!]!] = {
      value: numbers[at + 1]!,
      measuredAtMs: measuredAtMs - numbers[at + 2]!,
      validity: VALIDITIES[numbers[at + 3]!] ?? 'questionable',
    };
  }
  const live: { -readonly [Field in keyof LiveVitals]: LiveVitals[Field] } = {
    patientId,
    region,
    deviceId,
    mode,
    measuredAtMs,
    vitals: packLatest(vitals),
    pending: pending.map(([type, priority, sinceMs, dueMs]): PendingCrossing => ({
      type,
      priority,
      sinceMs,
      dueMs,
    })),
  };
  if (score !== null) live.score = score;
  if (exclusion !== null) live.scoreExclusion = exclusion;
  if (rolling !== null) live.rolling = rolling;
  return live;
}
