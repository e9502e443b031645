/** Tiles are laid out in em; the type size is chosen so that every bed is in sight, as large as the screen allows. */
export interface TileFit {
  readonly columns: number;
  /** px of one em inside a tile. */
  readonly emPx: number;
}

export const TILE_EM = { width: 18, height: 15.6 } as const;
export const GAP_PX = 6;

/** Below this, the numbers cannot be read from two metres: then the wall scrolls, at a size that can. */
const SMALLEST_FIT_PX = 9.8;
const SCROLLING_PX = 11.5;
const LARGEST_PX = 22;

export function fitTiles(count: number, widthPx: number, heightPx: number): TileFit {
  const most = Math.max(1, count);
  const emFor = (columns: number): number =>
    Math.min(
      (widthPx - GAP_PX * (columns - 1)) / (columns * TILE_EM.width),
      (heightPx - GAP_PX * (Math.ceil(most / columns) - 1)) / (Math.ceil(most / columns) * TILE_EM.height),
    );
  let best: TileFit = { columns: 1, emPx: emFor(1) };
  for (let columns = 2; columns <= most; columns++) {
    const emPx = emFor(columns);
    if (emPx > best.emPx) best = { columns, emPx };
  }
  if (best.emPx >= LARGEST_PX) return { columns: columnsAt(LARGEST_PX, widthPx), emPx: LARGEST_PX };
  if (best.emPx >= SMALLEST_FIT_PX) return best;
  const columns = columnsAt(SCROLLING_PX, widthPx);
  return { columns, emPx: (widthPx - GAP_PX * (columns - 1)) / (columns * TILE_EM.width) };
}

function columnsAt(emPx: number, widthPx: number): number {
  return Math.max(1, Math.floor((widthPx + GAP_PX) / (emPx * TILE_EM.width + GAP_PX)));
}
