import { describe, expect, it } from 'vitest';
import { toAlert, type AlertDocument } from '../feed/frames.ts';
import { heard, isAudible } from './audible.ts';

const now = Date.UTC(2026, 0, 1);
const alert = (change: Partial<AlertDocument>) =>
  toAlert({
    id: 'a1',
    patient_id: 'P1',
    region: 'West',
    device_id: 'D1',
    type: 'low_heartrate',
    priority: 'medium',
    status: 'pending',
    value: null,
    threshold: null,
    message: '',
    timestamp: new Date(now).toISOString(),
    ...change,
  });
const pause = { untilMs: now + 1000, by: 'Ann', priority: 'medium' } as const;

describe('isAudible', () => {
  it.each([
    ['nobody has seen it', {}, undefined, true],
    ['somebody has', { status: 'acknowledged' }, undefined, false],
    [
      'it was said again since',
      { status: 'acknowledged', reminded_at: '2026-01-01T00:00:00Z' },
      undefined,
      true,
    ],
    ['it ended unseen', { ended_at: '2026-01-01T00:00:00Z' }, undefined, true],
    ['the patient is paused', {}, pause, false],
    ['it is worse than what was paused', { priority: 'high' }, pause, true],
    ['the pause is over', {}, { ...pause, untilMs: now }, true],
    ['the engine says inhibited', { signal: 'inhibited' }, undefined, false],
    ['the engine says on, whatever the pause', { signal: 'on' }, pause, true],
    ['it is closed', { status: 'resolved' }, undefined, false],
  ] as const)('%s', (_, change, given, expected) => {
    expect(isAudible(alert(change), given, now)).toBe(expected);
  });
});

describe('a muted station', () => {
  const mute = { untilMs: 1000, priority: 'medium' } as const;
  it('is quiet for what was muted, and heard again when the time is over', () => {
    expect(heard('medium', mute, 999)).toBeUndefined();
    expect(heard('medium', mute, 1000)).toBe('medium');
  });
  it('lets through what is more urgent', () => {
    expect(heard('critical', mute, 1)).toBe('critical');
  });
});
