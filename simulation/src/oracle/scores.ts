import type { RegionalStatistics } from '@vitalwire/core/ports/analytics.ts';
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import { REGION } from '../components/ports.ts';
import type { SimulatedAnalytics } from '../stores/time-series.ts';
import type { Accepted } from './accepted.ts';

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;

export interface Score {
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

/** A score, and the live reading that made it. */
export interface StoodScore {
  readonly score: Score;
  readonly made: Accepted;
  /** Among the patient's live readings, in the order in which they were accepted. */
  readonly place: number;
  /** Nobody can have taken it for the standing one after this. */
  untilMs: number;
}

export interface ScoreHistory {
  /** In the order of their readings. */
  readonly live: readonly Accepted[];
  readonly stood: readonly StoodScore[];
}

/** How the newest usable value of each vital scored, from one live reading to the next. */
export function scoreHistory(readings: readonly Accepted[], liveWithinMs: number): ScoreHistory {
  const live = readings.filter((one) => one.arrivalMs - one.atMs <= liveWithinMs);
  const values = new Map<VitalName, { readonly atMs: number; readonly points: number }>();
  const stood: StoodScore[] = [];
  for (const [place, made] of live.entries()) {
    const { atMs, arrivalMs, durableAtMs, vitals, validity } = made;
    let news = false;
    for (const vital of Object.keys(CHART) as VitalName[]) {
      const value = vitals[vital];
      const mark = validity[vital] ?? 'valid';
      if (value === undefined || mark === 'invalid' || mark === 'not_available') continue;
      const points = pointsOf(vital, value);
      if (points === undefined || atMs <= (values.get(vital)?.atMs ?? -Infinity)) continue;
      if (points !== values.get(vital)?.points) news = true;
      values.set(vital, { atMs, points });
    }
    const last = stood.at(-1);
    if (last) last.untilMs = Math.max(last.made.arrivalMs, arrivalMs, durableAtMs);
    if (!news) continue;
    const score = scoreOf(values);
    stood.push({ score, made, place, untilMs: Infinity });
  }
  const last = stood.at(-1);
  if (last) last.untilMs = Infinity;
  return { live, stood };
}

/** By then every quarter of an hour has been closed: its lateness is ten seconds. */
const CLOSED_AFTER_MS = 60_000;

/**
 * `risk_scores`: a row at every change of a patient's score, with what her newest values gave then, and one at each quarter of an hour.
 * Which of the readings around the end of a quarter were in already nobody promises: its row is one of the scores that stood since.
 */
export function checkScores(
  histories: ReadonlyMap<string, ScoreHistory>,
  analytics: SimulatedAnalytics,
  endMs: number,
): string[] {
  const violations: string[] = [];
  for (const [patientId, { stood }] of histories) {
    const changes = new Map(stood.map(({ made, score }) => [made.atMs, score]));
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
    for (const quarterMs of quartersOf(stood, endMs)) {
      if (!written.has(quarterMs))
        violations.push(`score of ${patientId}: no row at the quarter ${quarterMs}`);
    }
  }
  return violations;
}

/** Those that ended while the patient had a score. */
function quartersOf(stood: readonly StoodScore[], endMs: number): number[] {
  const fromMs = Math.min(...stood.map(({ made }) => Math.max(made.arrivalMs, made.durableAtMs)));
  const quarters: number[] = [];
  let quarterMs = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS;
  for (; quarterMs + CLOSED_AFTER_MS <= endMs; quarterMs += QUARTER_MS) quarters.push(quarterMs);
  return quarters;
}

const said = (score: Score | undefined): string =>
  score === undefined
    ? 'nothing'
    : `${score.score} ${score.level} ${Object.entries(score.factors)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, points]) => `${name}=${points}`)
        .join(' ')}`;

/**
 * `regional_stats`: what the rows of the region's patients at the end of the hour add up to. A row whose score changed in that very
 * millisecond may have come after the hour was closed, which then has what stood before it.
 */
export function checkRegionalStatistics(
  histories: ReadonlyMap<string, ScoreHistory>,
  analytics: SimulatedAnalytics,
): string[] {
  const violations: string[] = [];
  const all = [...analytics.scores.values()];
  for (const atMs of new Set(all.map((row) => row.atMs).filter((ms) => ms % HOUR_MS === 0))) {
    const rows = all.filter((row) => row.atMs === atMs);
    const patients = rows.map(({ patientId, score, alertLevel }): (Standing | undefined)[] => {
      const { stood = [] } = histories.get(patientId) ?? {};
      const row = { score, level: alertLevel };
      if (!stood.some(({ made }) => made.atMs === atMs)) return [row];
      return [row, undefined, ...stood.filter(({ untilMs }) => untilMs >= atMs).map((one) => one.score)];
    });
    const is = analytics.statistics.get(`${REGION}|${atMs - HOUR_MS}`);
    const possible = combinations(patients).map(statisticsOf);
    if (is !== undefined && possible.some((ought) => sameStatistics(is, ought))) continue;
    violations.push(`region at ${atMs}: ${JSON.stringify(is)}, not ${JSON.stringify(possible[0])}`);
  }
  return violations;
}

type Standing = Pick<Score, 'score' | 'level'>;
type Statistics = Omit<RegionalStatistics, 'region' | 'hourMs'>;

/** One of each. */
const combinations = <T>(choices: readonly (readonly T[])[]): T[][] =>
  choices.reduce<T[][]>((chosen, next) => chosen.flatMap((some) => next.map((one) => [...some, one])), [[]]);

function statisticsOf(patients: readonly (Standing | undefined)[]): Statistics {
  const there = patients.filter((one) => one !== undefined);
  const count = (...levels: string[]): number => there.filter(({ level }) => levels.includes(level)).length;
  return {
    averageRiskScore: there.reduce((sum, { score }) => sum + score, 0) / there.length,
    highRisk: count('high'),
    mediumRisk: count('medium'),
    lowRisk: count('low', 'low-medium'),
  };
}

const sameStatistics = (is: Statistics, ought: Statistics): boolean =>
  Math.abs(is.averageRiskScore - ought.averageRiskScore) < 1e-9 &&
  is.highRisk === ought.highRisk &&
  is.mediumRisk === ought.mediumRisk &&
  is.lowRisk === ought.lowRisk;
