/** Tiles are laid out in em; the type size is chosen so that every bed is in sight, as large as the screen allows. */
export interface TileFit {
  readonly columns: number;
  /** px of one em inside a tile. */
  readonly emPx: number;
  /** A tile is as high as its row may be: its sparklines use what is left over. */
  readonly heightPx: number;
}

export const TILE_EM = { width: 18, height: 15.6 } as const;
export const GAP_PX = 6;

/** Below this, the numbers cannot be read from two metres: then the wall scrolls, at a size that can. */
const SMALLEST_FIT_PX = 9.8;
const SCROLLING_PX = 11.5;
/** On a phone a tile is as wide as the screen, and need not be as high as if it were one of few. */
const SCROLLING_LARGEST_PX = 15;
const LARGEST_PX = 40;
/** Beyond this a sparkline is a chart, and the numbers are far apart. */
const STRETCH_MAX = 1.5;

export function fitTiles(count: number, widthPx: number, heightPx: number): TileFit {
  const beds = Math.max(1, count);
  let best = fitIn(1, beds, widthPx, heightPx);
  for (let columns = 2; columns <= beds; columns++) {
    const fit = fitIn(columns, beds, widthPx, heightPx);
    if (fit.emPx > best.emPx) best = fit;
  }
  if (best.emPx > LARGEST_PX) {
    return { ...best, columns: Math.max(best.columns, columnsAt(LARGEST_PX, widthPx)), emPx: LARGEST_PX };
  }
  if (best.emPx >= SMALLEST_FIT_PX) return best;
  const columns = columnsAt(SCROLLING_PX, widthPx);
  const emPx = Math.min(SCROLLING_LARGEST_PX, (widthPx - GAP_PX * (columns - 1)) / (columns * TILE_EM.width));
  return { columns, emPx, heightPx: emPx * TILE_EM.height };
}

function fitIn(columns: number, beds: number, widthPx: number, heightPx: number): TileFit {
  const rows = Math.ceil(beds / columns);
  const rowPx = (heightPx - GAP_PX * (rows - 1)) / rows;
  const emPx = Math.min(
    (widthPx - GAP_PX * (columns - 1)) / (columns * TILE_EM.width),
    rowPx / TILE_EM.height,
  );
  return {
    columns,
    emPx,
    heightPx: Math.min(rowPx, Math.min(emPx, LARGEST_PX) * TILE_EM.height * STRETCH_MAX),
  };
}

function columnsAt(emPx: number, widthPx: number): number {
  return Math.max(1, Math.floor((widthPx + GAP_PX) / (emPx * TILE_EM.width + GAP_PX)));
}
