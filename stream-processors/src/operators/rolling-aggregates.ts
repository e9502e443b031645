import type { RollingAggregate, RollingAggregates } from '@vitalwire/core/ports/live-bus.ts';
import { fromFloat32 } from '@vitalwire/core/vitals/units.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import {
  COUNT,
  CO_MOMENT,
  LADDERS,
  MAX,
  MEAN,
  MIN,
  OPEN_MS,
  PANE_SIZE,
  SQUARES,
  TIME_MEAN,
  TIME_SQUARES,
  newestAt,
  numberAt,
  openAt,
  paneAt,
} from './pane-layout.ts';
import { WINDOWS, standingAt, type Standing } from './standing-aggregates.ts';
import { OPEN_SIZE, type VitalCells } from './vital-cells.ts';

/**
 * Count, mean, extremes, standard deviation and slope of each vital over the last 1, 5, 15 and 60 minutes of event time, from its panes.
 *
 * A window is what lies in [endMs - length, endMs), where endMs is the newest pane boundary at or before the moment asked for; it moves on by
 * a pane at a time. A late sample is in the next aggregate taken. What is taken from several panes is added up in 64 bits.
 *
 * Each window that holds a sample, of each vital that was ever measured, as of `nowMs` (event time).
 */
export function rollingAt(
  cells: VitalCells,
  panes: Float32Array,
  nowMs: number,
): Partial<Record<VitalName, RollingAggregates>> {
  const rolling: Partial<Record<VitalName, RollingAggregates>> = {};
  const ladders = standingAt(panes, nowMs);
  for (let vital = 0; vital < VITALS.length; vital++) {
    if (cells[openAt(vital)] === Number.NEGATIVE_INFINITY) continue;
    rolling[VITALS[vital]!] = aggregatesAt(cells, panes, vital, ladders);
  }
  return rolling;
}

function aggregatesAt(
  cells: VitalCells,
  panes: Float32Array,
  vital: number,
  ladders: readonly Standing[],
): RollingAggregates {
  const minute = aggregateAt(cells, panes, vital, 0, ladders);
  const five = aggregateAt(cells, panes, vital, 1, ladders);
  const quarter = aggregateAt(cells, panes, vital, 2, ladders);
  const hour = aggregateAt(cells, panes, vital, 3, ladders);
  // The usual case, in the shape it will have.
  if (minute && five && quarter && hour) return { '1m': minute, '5m': five, '15m': quarter, '60m': hour };
  return {
    ...(minute && { '1m': minute }),
    ...(five && { '5m': five }),
    ...(quarter && { '15m': quarter }),
    ...(hour && { '60m': hour }),
  };
}

/** `index`: of the window, in WINDOWS. */
function aggregateAt(
  cells: VitalCells,
  panes: Float32Array,
  vital: number,
  index: number,
  ladders: readonly Standing[],
): RollingAggregate | undefined {
  const { ladder, panes: length } = WINDOWS[index]!;
  const { endMs, aggregates } = ladders[ladder]!;
  // The shortest window is another one each time that anybody asks.
  if (ladder === 0) return aggregateOf(cells, panes, vital, ladder, length, endMs);
  const place = vital * WINDOWS.length + index;
  const known = aggregates[place];
  if (known !== undefined) return known;
  const aggregate = aggregateOf(cells, panes, vital, ladder, length, endMs);
  // An open pane that ended by the clock alone may still take samples in.
  if (cells[openAt(vital)]! * OPEN_MS >= endMs) aggregates[place] = aggregate;
  return aggregate;
}

/** The open pane while it is looked at as one of the ended ones. */
const openPane = new Float32Array(PANE_SIZE);

/** Times are counted from the window's end. Sums stay in local numbers: this is done for each vital of each patient every 10 s. */
function aggregateOf(
  cells: VitalCells,
  panes: Float32Array,
  vital: number,
  ladder: number,
  length: number,
  endMs: number,
): RollingAggregate | undefined {
  const { paneMs, panes: kept } = LADDERS[ladder]!;
  const end = endMs / paneMs;
  const open = cells[openAt(vital)]!;
  const newest = ladder === 0 ? open : numberAt(panes, newestAt(vital, ladder));
  // The open pane lies in no ring yet: it comes behind the ended ones.
  const first = Math.max(end - length, newest - kept + 1);
  const last = Math.min(end, ladder === 0 ? newest : newest + 1);
  const openMs = open * OPEN_MS;
  const takesOpen = openMs >= endMs - length * paneMs && openMs < endMs;
  const steps = takesOpen ? last + 1 : last;
  if (takesOpen) openPane.set(cells.subarray(openAt(vital) + 1, openAt(vital) + OPEN_SIZE));
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = 0;
  let max = 0;
  let timeMean = 0;
  let timeSquares = 0;
  let coMoment = 0;
  for (let pane = first; pane < steps; pane++) {
    const isOpen = pane === last;
    const from = isOpen ? openPane : panes;
    const at = isOpen ? 0 : paneAt(vital, ladder, pane);
    const added = from[at + COUNT]!;
    if (added === 0) continue;
    const laterS = (isOpen ? openMs - endMs : (pane - end) * paneMs) / 1000;
    const total = count + added;
    const delta = from[at + MEAN]! - mean;
    const timeDelta = from[at + TIME_MEAN]! + laterS - timeMean;
    const weight = (count * added) / total;
    if (count === 0 || from[at + MIN]! < min) min = from[at + MIN]!;
    if (count === 0 || from[at + MAX]! > max) max = from[at + MAX]!;
    count = total;
    mean += (delta * added) / total;
    squares += from[at + SQUARES]! + delta * delta * weight;
    timeMean += (timeDelta * added) / total;
    timeSquares += from[at + TIME_SQUARES]! + timeDelta * timeDelta * weight;
    coMoment += from[at + CO_MOMENT]! + delta * timeDelta * weight;
  }
  if (count === 0) return undefined;
  return {
    endMs,
    count,
    min: fromFloat32(min),
    max: fromFloat32(max),
    mean: fromFloat32(mean),
    standardDeviation: count < 2 ? 0 : fromFloat32(Math.sqrt(Math.max(0, squares) / (count - 1))),
    // Adding 0 leaves no negative zero.
    slopePerMinute: timeSquares > 0 ? fromFloat32((coMoment / timeSquares) * 60) + 0 : undefined,
  };
}
