import type { Analytics } from '@vitalwire/core/ports/analytics.ts';
import { RETENTION_MS, TIER_MS, type TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import { ofRaw, ofScore, ofWindow, type Kind } from './observation.ts';
import type { Moment } from './pages.ts';

export interface Search {
  readonly region: string;
  readonly patientId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kinds: ReadonlySet<Kind>;
}

export interface Stores {
  readonly timeSeries: TimeSeries;
  readonly analytics: Analytics;
}

const HOUR_MS = 3_600_000;
/** Up to this, every reading; beyond, or before the readings that are kept, means of five minutes or an hour. */
const RAW_SPAN_MS = 4 * HOUR_MS;
const FIVE_MINUTES_SPAN_MS = 8 * 24 * HOUR_MS;
/** Rows read at a time: a search for what is measured now and then goes through many in which it is not. */
const ROWS = 1_000;
/** Scores change seldom; the newest of the time asked for are far fewer than this. */
const SCORES_MAX = 10_000;

/** Every moment of a search from `fromMs` on at which there is an Observation of it, oldest first; read as they are asked for. */
export async function* momentsOf(
  stores: Stores,
  search: Search,
  fromMs: number,
  nowMs: number,
): AsyncGenerator<Moment> {
  if (search.kinds.size === 0) return;
  let moment: Moment | undefined;
  for await (const { atMs, resources } of inOrder(stores, search, fromMs, nowMs)) {
    if (moment?.atMs === atMs) moment = { atMs, resources: [...moment.resources, ...resources] };
    else {
      if (moment) yield moment;
      moment = { atMs, resources };
    }
  }
  if (moment) yield moment;
}

/** Rows and scores by themselves, by their time. */
async function* inOrder(
  ...[stores, search, fromMs, nowMs]: Parameters<typeof momentsOf>
): AsyncGenerator<Moment> {
  const scores = await scoresFrom(stores, search, fromMs);
  for await (const row of rowsOf(stores, search, fromMs, nowMs)) {
    while (scores[0] && scores[0].atMs <= row.atMs) yield scores.shift()!;
    yield row;
  }
  yield* scores;
}

/** What was measured. */
async function* rowsOf(
  { timeSeries }: Stores,
  search: Search,
  fromMs: number,
  nowMs: number,
): AsyncGenerator<Moment> {
  const { patientId, toMs, kinds } = search;
  // By the whole span, not the page's, so that every page of a search is of one resolution.
  const spanMs = toMs - search.fromMs;
  const ageMs = nowMs - search.fromMs;
  const isRaw = spanMs <= RAW_SPAN_MS && ageMs <= RETENTION_MS.raw;
  const tier = spanMs <= FIVE_MINUTES_SPAN_MS && ageMs <= RETENTION_MS['5m'] ? '5m' : '1h';
  const rowsFrom = async (range: Parameters<TimeSeries['raw']>[0]): Promise<Moment[]> =>
    isRaw
      ? (await timeSeries.raw(range)).map((point) => ({ atMs: point.atMs, resources: ofRaw(point, kinds) }))
      : (await timeSeries.windows(tier, range)).map((window) => ({
          atMs: window.startMs,
          resources: ofWindow(window, TIER_MS[tier], kinds),
        }));
  // Rows that share the last moment may go on behind the last row: it is read again, less those that were there.
  let [atMs, skip] = [fromMs, 0];
  for (;;) {
    const limit = skip + ROWS;
    const rows = await rowsFrom({ patientId, fromMs: atMs, toMs, limit });
    for (const row of rows.slice(skip)) if (row.resources.length > 0) yield row;
    const last = rows.at(-1);
    if (rows.length < limit || last === undefined) return;
    atMs = last.atMs;
    skip = rows.filter((row) => row.atMs === atMs).length;
  }
}

async function scoresFrom({ analytics }: Stores, search: Search, fromMs: number): Promise<Moment[]> {
  if (!search.kinds.has('early_warning_score')) return [];
  const { region, patientId, toMs } = search;
  const scores = await analytics.riskScores(region, patientId, fromMs, toMs, SCORES_MAX);
  return scores
    .map((score) => ({ atMs: score.atMs, resources: [ofScore(score)] }))
    .toSorted((a, b) => a.atMs - b.atMs);
}
