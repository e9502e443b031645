import { describe, expect, it } from 'vitest';
import { HeldBack, withStretch } from './held-back.ts';

describe('readings held back', () => {
  it('are told once as a stretch, and again as it grows; what came in time is not', () => {
    const held = new HeldBack(30_000);
    for (let s = 0; s < 40; s++) held.acknowledged(7, s * 1_000, (60 - s) * 1_000, false);
    held.acknowledged(8, 0, 24_000, false);
    expect(held.take()).toEqual([{ kind: 'held_back', device: 7, from_ms: 0, to_ms: 34_000 }]);
    expect(held.take()).toEqual([]);
    held.acknowledged(7, 35_000, 26_000, false);
    expect(held.take()).toEqual([{ kind: 'held_back', device: 7, from_ms: 0, to_ms: 35_000 }]);
    held.acknowledged(7, 300_000, 26_000, false);
    expect(held.take()).toEqual([{ kind: 'held_back', device: 7, from_ms: 300_000, to_ms: 300_000 }]);
  });

  it('are those too that a newer one overtook', () => {
    const held = new HeldBack(30_000);
    held.acknowledged(7, 1_000, 2_000, true);
    expect(held.take()).toEqual([{ kind: 'held_back', device: 7, from_ms: 1_000, to_ms: 1_000 }]);
  });

  it('of one outage are one stretch, of two outages two', () => {
    const of = (fromMs: number, toMs: number) => ({ fromMs, toMs });
    let stretches = withStretch([], of(100_000, 120_000));
    stretches = withStretch(stretches, of(0, 5_000));
    expect(stretches).toEqual([of(0, 5_000), of(100_000, 120_000)]);
    stretches = withStretch(stretches, of(98_000, 125_000));
    expect(stretches).toEqual([of(0, 5_000), of(98_000, 125_000)]);
  });
});
