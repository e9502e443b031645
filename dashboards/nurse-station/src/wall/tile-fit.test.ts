import { describe, expect, it } from 'vitest';
import { fitTiles, GAP_PX, TILE_EM } from './tile-fit.ts';

const heightOf = (count: number, columns: number, emPx: number): number =>
  Math.ceil(count / columns) * (TILE_EM.height * emPx + GAP_PX) - GAP_PX;

describe('fitTiles', () => {
  it('shows sixty beds on a full-HD screen without scrolling', () => {
    const { columns, emPx } = fitTiles(60, 1908, 992);
    expect(heightOf(60, columns, emPx)).toBeLessThanOrEqual(992);
    expect(emPx).toBeGreaterThan(10);
  });

  it('scrolls rather than becoming too small to read', () => {
    const { columns, emPx } = fitTiles(60, 1354, 680);
    expect(emPx).toBeGreaterThanOrEqual(11.5);
    expect(columns * (emPx * TILE_EM.width + GAP_PX) - GAP_PX).toBeLessThanOrEqual(1354.001);
  });

  it('does not let a few beds become giants', () => {
    expect(fitTiles(1, 1908, 992).emPx).toBe(40);
    expect(fitTiles(0, 1908, 992).columns).toBeGreaterThan(0);
  });

  it('shows several beds at once on a phone', () => {
    const { columns, heightPx } = fitTiles(60, 378, 620);
    expect(columns).toBe(1);
    expect(heightPx).toBeLessThan(620 / 2.5);
  });

  it('fits a window narrower than a tile', () => {
    expect(fitTiles(5, 150, 600).columns).toBe(1);
  });
});
