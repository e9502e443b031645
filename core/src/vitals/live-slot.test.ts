import { describe, expect, it } from 'vitest';
import type { LiveVitals } from '../ports/live-bus.ts';
import { packLatest } from './latest.ts';
import { LiveSlot } from './live-slot.ts';

const update = (heartbeat: number, changes: Partial<LiveVitals> = {}): LiveVitals => ({
  patientId: 'P1',
  region: 'West',
  deviceId: 'D1',
  mode: 'real',
  measuredAtMs: heartbeat,
  vitals: packLatest({ heartbeat: { value: heartbeat, measuredAtMs: heartbeat, validity: 'valid' } }),
  pending: [],
  ...changes,
});
const score = { score: 6, level: 'medium', partial: true } as const;
const rolling = { heartbeat: {} };
const pending = [{ type: 'high_heartrate', priority: 'medium', sinceMs: 1, dueMs: 2 }] as const;

describe('LiveSlot', () => {
  it.each([
    ['another of the same', update(71), update(72)],
    ['more', update(71), update(72, { score, rolling, pending, scoreExclusion: 'none' })],
    ['less', update(71, { score, rolling, pending, scoreExclusion: 'none' }), update(72)],
    ['another bed', update(71), update(72, { region: 'East', deviceId: 'D2', mode: 'demo' })],
    ['another score', update(71, { score }), update(72, { score: { ...score, score: 7, partial: false } })],
  ])('has %s once that is written, and a copy has not', (_, first, second) => {
    const slot = new LiveSlot(first);
    expect(slot.live).toEqual(first);
    const copy = slot.copy();
    slot.write(second);
    expect(slot.live).toEqual(second);
    expect(copy).toEqual(first);
  });

  it('writes over nothing that it was given', () => {
    const first = update(71, { score: { ...score } });
    const slot = new LiveSlot(first);
    slot.write(update(72, { score: { ...score, score: 9 } }));
    expect(first).toEqual(update(71, { score }));
  });
});
