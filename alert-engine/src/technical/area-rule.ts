/** A patient's device in a region, as presence and signals tell. */
export interface WatchedDevice {
  readonly region: string;
  readonly down: boolean;
}

/** With fewer than this, each is told of by itself. */
const DOWN_MIN = 5;
const BEGINS_SHARE = 0.5;
/** Lower than where it begins, so that a region at the edge does not come and go. */
const ENDS_SHARE = 0.25;

/** The regions that are away: at least half of their devices, and five, went; until less than a quarter are gone. */
export function regionsAway(
  devices: readonly WatchedDevice[],
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  const counts = new Map<string, { all: number; down: number }>();
  for (const { region, down } of devices) {
    const count = counts.get(region) ?? { all: 0, down: 0 };
    counts.set(region, { all: count.all + 1, down: count.down + (down ? 1 : 0) });
  }
  const away = new Set<string>();
  for (const [region, { all, down }] of counts) {
    const share = down / all;
    if (before.has(region) ? share >= ENDS_SHARE : down >= DOWN_MIN && share >= BEGINS_SHARE)
      away.add(region);
  }
  return away;
}
