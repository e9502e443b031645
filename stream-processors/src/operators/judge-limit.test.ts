import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../testing/readings.ts';
import { judgeLimit, pendingTier, suspendLimit, type LimitState } from './judge-limit.ts';
import { limitRules, type LimitRule } from './limit-rule.ts';

const rules = limitRules(defaultSettings());
const ruleOf = (type: string): LimitRule => rules.find((rule) => rule.type === type)!;
const spo2 = ruleOf('low_oxygen_saturation'); // medium 90 after 15 s, critical 80 after 5 s, hysteresis 1, clear after 5 s
const heart = ruleOf('low_heartrate'); // medium 50, high 45 after 10 s, critical 40 after 5 s, hysteresis 3
const cuff = ruleOf('high_blood_pressure_systolic'); // medium 180, critical 220, no delay, hysteresis 3

/** [second, value] or [second, value, uncounted seconds]; answers `second event priority onset` of what changed. */
type Samples = readonly (readonly [atS: number, value: number, uncountedS?: number])[];

function run(rule: LimitRule, samples: Samples, alone = false): string[] {
  let state: LimitState | null = null;
  const story: string[] = [];
  for (const [atS, value, uncountedS = 0] of samples) {
    const sample = { value, atMs: atS * 1000, uncountedMs: uncountedS * 1000, alone };
    const step = judgeLimit(state, rule, sample);
    state = step.state;
    const { change } = step;
    if (change) {
      story.push(
        `${atS} s ${change.event} ${change.priority} ${change.threshold} onset ${change.onsetMs / 1000} s rev ${change.revision}`,
      );
    }
  }
  return story;
}

/** One sample a second, from `from` on. */
const steady = (from: number, seconds: number, value: number): Samples =>
  Array.from({ length: seconds }, (_, i) => [from + i, value] as const);

const table: readonly [title: string, rule: LimitRule, samples: Samples, story: readonly string[]][] = [
  ['a value at its limit has not crossed it', spo2, steady(0, 60, 90), []],
  ['a crossing of 14 s is nothing yet', spo2, steady(0, 15, 89), []],
  [
    'a crossing of 15 s is a condition, with the onset of its first sample',
    spo2,
    steady(0, 16, 89),
    ['15 s began medium 90 onset 0 s rev 1'],
  ],
  ['a clean sample starts the delay over', spo2, [...steady(0, 10, 89), [10, 91], ...steady(11, 15, 89)], []],
  [
    'a sample between limit and margin does not start it over',
    spo2,
    [...steady(0, 10, 89), [10, 90], ...steady(11, 6, 89)],
    ['15 s began medium 90 onset 0 s rev 1'],
  ],
  [
    'nor does it complete it: the next crossing sample does',
    spo2,
    [...steady(0, 15, 89), [15, 90], [16, 90.5], [17, 89]],
    ['17 s began medium 90 onset 0 s rev 1'],
  ],
  ['samples between limit and margin alone are no crossing', spo2, steady(0, 60, 90.5), []],
  [
    'a gap nobody looked into does not count',
    spo2,
    [...steady(0, 10, 89), [39, 89, 30], ...steady(40, 10, 89)],
    ['45 s began medium 90 onset 0 s rev 1'],
  ],
  [
    'a desaturation is critical after the shorter delay of its tier',
    spo2,
    steady(0, 7, 79),
    ['5 s began critical 80 onset 0 s rev 1'],
  ],
  [
    'a worse tier raises the priority after its own delay, counted from its own first crossing',
    spo2,
    [...steady(0, 20, 88), ...steady(20, 10, 79)],
    ['15 s began medium 90 onset 0 s rev 1', '25 s changed critical 80 onset 0 s rev 2'],
  ],
  [
    'a dip into a worse tier that is too short changes nothing',
    spo2,
    [...steady(0, 20, 88), ...steady(20, 5, 79), ...steady(25, 20, 88)],
    ['15 s began medium 90 onset 0 s rev 1'],
  ],
  [
    'the onset of a critical condition is that of the mildest crossing',
    spo2,
    [...steady(0, 8, 88), ...steady(8, 6, 79)],
    ['13 s began critical 80 onset 0 s rev 1'],
  ],
  [
    'a priority is not lowered while the condition lasts',
    heart,
    [...steady(0, 8, 38), ...steady(8, 30, 48)],
    ['5 s began critical 40 onset 0 s rev 1'],
  ],
  [
    'three tiers one after the other',
    heart,
    [...steady(0, 12, 48), ...steady(12, 12, 44), ...steady(24, 7, 39)],
    [
      '10 s began medium 50 onset 0 s rev 1',
      '22 s changed high 45 onset 0 s rev 2',
      '29 s changed critical 40 onset 0 s rev 3',
    ],
  ],
  [
    'it ends after 5 s back inside by the margin',
    spo2,
    [...steady(0, 16, 89), ...steady(16, 10, 91)],
    ['15 s began medium 90 onset 0 s rev 1', '21 s ended medium 90 onset 0 s rev 2'],
  ],
  [
    'inside, but not by the margin, it lasts',
    spo2,
    [...steady(0, 16, 89), ...steady(16, 60, 90.9)],
    ['15 s began medium 90 onset 0 s rev 1'],
  ],
  [
    'a sample within the margin starts the clearing over',
    spo2,
    [...steady(0, 16, 89), ...steady(16, 4, 91), [20, 90], ...steady(21, 6, 91)],
    ['15 s began medium 90 onset 0 s rev 1', '26 s ended medium 90 onset 0 s rev 2'],
  ],
  [
    'a gap nobody looked into does not clear',
    spo2,
    [...steady(0, 16, 89), [16, 91], [60, 91, 44], [63, 91], [65, 91]],
    ['15 s began medium 90 onset 0 s rev 1', '65 s ended medium 90 onset 0 s rev 2'],
  ],
  [
    'after its end, a new crossing is a new condition',
    spo2,
    [...steady(0, 16, 89), ...steady(16, 6, 95), ...steady(30, 16, 89)],
    [
      '15 s began medium 90 onset 0 s rev 1',
      '21 s ended medium 90 onset 0 s rev 2',
      '45 s began medium 90 onset 30 s rev 1',
    ],
  ],
  ['a cuff pressure is not timed', cuff, [[0, 190]], ['0 s began medium 180 onset 0 s rev 1']],
  [
    'a cuff pressure beyond the critical limit is critical at once',
    cuff,
    [[0, 221]],
    ['0 s began critical 220 onset 0 s rev 1'],
  ],
  ['a high limit is crossed strictly above', cuff, [[0, 180]], []],
];

describe('a limit', () => {
  it.each(table)('%s', (_, rule, samples, story) => {
    expect(run(rule, samples)).toEqual(story);
  });

  it('one clean cuff measurement ends what a cuff measurement began', () => {
    const samples: Samples = [
      [0, 190],
      [900, 170],
    ];
    expect(run(cuff, samples, true)).toEqual([
      '0 s began medium 180 onset 0 s rev 1',
      '900 s ended medium 180 onset 0 s rev 2',
    ]);
  });

  it('keeps the very state while nothing changes', () => {
    const sample = { atMs: 0, uncountedMs: 0, alone: false };
    expect(judgeLimit(null, spo2, { ...sample, value: 97 }).state).toBeNull();
    const pending = judgeLimit(null, spo2, { ...sample, value: 88 }).state;
    expect(judgeLimit(pending, spo2, { ...sample, atMs: 1000, value: 88 }).state).toBe(pending);
  });

  it('says which tier is due next', () => {
    const timed = judgeLimit(null, spo2, { value: 79, atMs: 1000, uncountedMs: 0, alone: false }).state!;
    expect(pendingTier(timed, spo2)).toEqual({ priority: 'critical', sinceMs: 1000, dueMs: 6000 });
    const present = judgeLimit(timed, spo2, { value: 79, atMs: 6000, uncountedMs: 0, alone: false }).state!;
    expect(pendingTier(present, spo2)).toBeUndefined();
  });

  it('forgets what was being timed when nobody looks, and keeps what is present', () => {
    const timed = judgeLimit(null, spo2, { value: 88, atMs: 0, uncountedMs: 0, alone: false }).state;
    expect(suspendLimit(timed)).toBeNull();
    const present = judgeLimit(timed, spo2, { value: 88, atMs: 15_000, uncountedMs: 0, alone: false }).state;
    expect(suspendLimit(present)).toEqual({ ...present, sinceMs: undefined, tierSinceMs: [] });
  });

  it('ends what the settings no longer judge', () => {
    const present = judgeLimit(null, cuff, { value: 190, atMs: 0, uncountedMs: 0, alone: false }).state;
    const silent: LimitRule = { ...cuff, tiers: [], limit: Number.POSITIVE_INFINITY };
    const step = judgeLimit(present, silent, { value: 190, atMs: 1000, uncountedMs: 0, alone: false });
    expect(step.change?.event).toBe('ended');
    expect(step.state).toBeNull();
  });
});
