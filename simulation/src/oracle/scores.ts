import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import { REGION } from '../components/ports.ts';
import type { SimulatedAnalytics } from '../stores/time-series.ts';
import type { Accepted } from './accepted.ts';

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;

interface Score {
  readonly score: number;
  readonly level: string;
  readonly factors: Readonly<Record<string, number>>;
}

/** NEWS2's chart as it is printed: the highest value of each band, and its points. Temperature in tenths of °C. */
const CHART: Readonly<Partial<Record<VitalName, readonly (readonly [upTo: number, points: number])[]>>> = {
  heartbeat: [
    [40, 3],
    [50, 1],
    [90, 0],
    [110, 1],
    [130, 2],
    [Infinity, 3],
  ],
  respiratory_rate: [
    [8, 3],
    [11, 1],
    [20, 0],
    [24, 2],
    [Infinity, 3],
  ],
  oxygen_saturation: [
    [91, 3],
    [93, 2],
    [95, 1],
    [Infinity, 0],
  ],
  temperature: [
    [350, 3],
    [360, 1],
    [380, 0],
    [390, 1],
    [Infinity, 2],
  ],
};

function pointsOf(vital: VitalName, value: number): number | undefined {
  const read = vital === 'temperature' ? Math.round(((value - 32) * 50) / 9) : Math.round(value);
  return CHART[vital]?.find(([upTo]) => read <= upTo)?.[1];
}

/** Of the newest usable value of each vital. */
function scoreOf(values: ReadonlyMap<VitalName, { readonly points: number }>): Score {
  // Never charted: air, and awake.
  const factors: Record<string, number> = { supplemental_oxygen: 0, consciousness: 0 };
  for (const [vital, { points }] of values) factors[vital] = points;
  const all = Object.values(factors);
  const score = all.reduce((sum, points) => sum + points, 0);
  const level = score >= 7 ? 'high' : score >= 5 ? 'medium' : Math.max(...all) >= 3 ? 'low-medium' : 'low';
  return { score, level, factors };
}

/**
 * `risk_scores`: a row at every change of a patient's score, with what her newest values gave then, and one at each quarter of an hour.
 * Which of the readings around the end of a quarter were in already nobody promises: its row is one of the scores that stood since.
 */
export function checkScores(
  accepted: readonly Accepted[],
  analytics: SimulatedAnalytics,
  liveWithinMs: number,
): string[] {
  const violations: string[] = [];
  for (const patientId of new Set(accepted.map((one) => one.patientId))) {
    const live = accepted.filter(
      (one) => one.patientId === patientId && one.arrivalMs - one.atMs <= liveWithinMs,
    );
    const { changes, stood } = scoresOf(live);
    const rows = [...analytics.scores.values()].filter((row) => row.patientId === patientId);
    const written = new Map(rows.map((row) => [row.atMs, row]));
    for (const [atMs, ought] of changes) {
      const is = written.get(atMs);
      if (said(is && { ...is, level: is.alertLevel }) !== said(ought)) {
        violations.push(
          `score of ${patientId} at ${atMs}: ${said(is && { ...is, level: is.alertLevel })}, not ${said(ought)}`,
        );
      }
      if (is?.partial === false)
        violations.push(`score of ${patientId} at ${atMs} misses a pressure and does not say so`);
    }
    for (const { atMs, score, alertLevel, factors } of rows) {
      if (changes.has(atMs)) continue;
      const possible = stood.filter(({ untilMs }) => untilMs >= atMs).map((one) => said(one.score));
      if (atMs % QUARTER_MS !== 0) violations.push(`score of ${patientId} at ${atMs}: nothing had changed`);
      else if (!possible.includes(said({ score, level: alertLevel, factors }))) {
        violations.push(`score of ${patientId} at the quarter ${atMs} never stood: ${score}`);
      }
    }
  }
  return violations;
}

function scoresOf(live: readonly Accepted[]): {
  changes: Map<number, Score>;
  stood: { readonly score: Score; untilMs: number }[];
} {
  const values = new Map<VitalName, { readonly atMs: number; readonly points: number }>();
  const changes = new Map<number, Score>();
  const stood: { readonly score: Score; untilMs: number }[] = [];
  for (const { atMs, arrivalMs, durableAtMs, vitals, validity } of live) {
    for (const vital of Object.keys(CHART) as VitalName[]) {
      const value = vitals[vital];
      const mark = validity[vital] ?? 'valid';
      if (value === undefined || mark === 'invalid' || mark === 'not_available') continue;
      const points = pointsOf(vital, value);
      if (points === undefined || atMs <= (values.get(vital)?.atMs ?? -Infinity)) continue;
      values.set(vital, { atMs, points });
    }
    if (values.size === 0) continue;
    const score = scoreOf(values);
    const last = stood.at(-1);
    if (last) last.untilMs = Math.max(last.untilMs, arrivalMs, durableAtMs);
    if (last && said(last.score) === said(score)) continue;
    changes.set(atMs, score);
    stood.push({ score, untilMs: Math.max(arrivalMs, durableAtMs) });
  }
  const last = stood.at(-1);
  if (last) last.untilMs = Infinity;
  return { changes, stood };
}

const said = (score: Score | undefined): string =>
  score === undefined
    ? 'nothing'
    : `${score.score} ${score.level} ${Object.entries(score.factors)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, points]) => `${name}=${points}`)
        .join(' ')}`;

/** `regional_stats`: what the rows of the region's patients at the end of the hour add up to. */
export function checkRegionalStatistics(analytics: SimulatedAnalytics): string[] {
  const violations: string[] = [];
  const ends = new Set(
    [...analytics.scores.values()].map(({ atMs }) => atMs).filter((atMs) => atMs % HOUR_MS === 0),
  );
  for (const atMs of ends) {
    const rows = [...analytics.scores.values()].filter((row) => row.atMs === atMs);
    const count = (...levels: string[]): number =>
      rows.filter(({ alertLevel }) => levels.includes(alertLevel)).length;
    const ought = {
      averageRiskScore: rows.reduce((sum, { score }) => sum + score, 0) / rows.length,
      highRisk: count('high'),
      mediumRisk: count('medium'),
      lowRisk: count('low', 'low-medium'),
    };
    const is = analytics.statistics.get(`${REGION}|${atMs - HOUR_MS}`);
    const same =
      is !== undefined &&
      Math.abs(is.averageRiskScore - ought.averageRiskScore) < 1e-9 &&
      is.highRisk === ought.highRisk &&
      is.mediumRisk === ought.mediumRisk &&
      is.lowRisk === ought.lowRisk;
    if (!same) violations.push(`region at ${atMs}: ${JSON.stringify(is)}, not ${JSON.stringify(ought)}`);
  }
  return violations;
}
