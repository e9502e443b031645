import type { RollingAggregate } from '@vitalwire/core/ports/live-bus.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { LADDERS } from './pane-layout.ts';

/** Windows of the aggregates, by the ladder that their panes are of. */
export const WINDOWS: readonly { readonly ladder: number; readonly panes: number }[] = [
  /* 1m */ { ladder: 0, panes: 6 },
  /* 5m */ { ladder: 1, panes: 5 },
  /* 15m */ { ladder: 1, panes: 15 },
  /* 60m */ { ladder: 2, panes: 12 },
];

/** The aggregates of a ladder's windows that end at `endMs`, by vital and window; undefined where one is not known. */
export interface Standing {
  endMs: number;
  readonly aggregates: (RollingAggregate | undefined)[];
}

/**
 * Aggregates that stay as they are until their ladder's next pane boundary, by ladder, by the panes they are of: the hour's is otherwise put
 * together from twelve panes every 10 s, to the same end. Nothing that counts lies here: without it they are computed again.
 */
const standing = new WeakMap<Float32Array, readonly Standing[]>();

const newStanding = (): Standing => ({
  endMs: Number.NaN,
  aggregates: Array.from({ length: VITALS.length * WINDOWS.length }, () => undefined),
});

/** Where each ladder's windows end as of `nowMs`, and what is known of them. */
export function standingAt(panes: Float32Array, nowMs: number): readonly Standing[] {
  let ladders = standing.get(panes);
  if (ladders === undefined) standing.set(panes, (ladders = LADDERS.map(newStanding)));
  for (let ladder = 0; ladder < LADDERS.length; ladder++) {
    const { paneMs } = LADDERS[ladder]!;
    const endMs = Math.floor(nowMs / paneMs) * paneMs;
    const known = ladders[ladder]!;
    if (known.endMs === endMs) continue;
    known.endMs = endMs;
    known.aggregates.fill(undefined);
  }
  return ladders;
}

/** A late sample came in: what stood is no longer so. */
export const forgetStanding = (panes: Float32Array): void => void standing.delete(panes);
