import type { VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { describe, expect, it } from 'vitest';
import { Bed } from '../testing/bed.ts';
import { START_MS } from '../testing/readings.ts';

const NOW_S = 7_200;

/** [from s, to s, values each second]. */
type Stretch = readonly [fromS: number, toS: number, values: Partial<VitalValues>];

const LOW: Partial<VitalValues> = { oxygen_saturation: 85 };
const WORSE: Partial<VitalValues> = { oxygen_saturation: 70 };
const CLEAN: Partial<VitalValues> = { oxygen_saturation: 97 };

/** Sends each stretch as a backfill: 50 readings a second, from `arrivalS` on. */
function backfill(bed: Bed, stretches: readonly Stretch[], arrivalS = NOW_S, firstSequence = 1_000): void {
  let sent = 0;
  for (const [fromS, toS, values] of stretches) {
    for (let second = fromS; second <= toS; second++) {
      bed.send(second, values, { sequence: firstSequence + sent }, arrivalS + sent++ / 50);
    }
  }
}

/** As the log has them: what, from when, since when it was one, until when. */
const found = (bed: Bed): string[] =>
  bed.events
    .filter(({ historical }) => historical !== undefined)
    .map(
      ({ type, event, revision, priority, onsetMs, atMs, historical }) =>
        `${type} ${event} r${revision} ${priority} ${[onsetMs, historical!.beganAtMs, atMs].map((ms) => (ms - START_MS) / 1000).join('/')} s`,
    );
const live = (bed: Bed): string[] => bed.story.filter((_, i) => bed.events[i]!.historical === undefined);

describe('what is found in a backfill', () => {
  const CASES: readonly (readonly [string, readonly Stretch[], readonly string[]])[] = [
    [
      'a crossing that lasted',
      [
        [0, 60, LOW],
        [61, 120, CLEAN],
      ],
      ['low_oxygen_saturation ended r1 medium 0/15/66 s'],
    ],
    [
      'one shorter than its delay',
      [
        [0, 14, LOW],
        [15, 120, CLEAN],
      ],
      [],
    ],
    [
      'one that became worse',
      [
        [0, 60, LOW],
        [61, 120, WORSE],
        [121, 200, CLEAN],
      ],
      ['low_oxygen_saturation ended r1 critical 0/15/126 s'],
    ],
    [
      'two, one after the other',
      [
        [0, 30, LOW],
        [31, 60, CLEAN],
        [61, 90, LOW],
        [91, 120, CLEAN],
      ],
      ['low_oxygen_saturation ended r1 medium 0/15/36 s', 'low_oxygen_saturation ended r1 medium 61/76/96 s'],
    ],
    [
      'one that lasted to the end of the backfill',
      [
        [0, 20, CLEAN],
        [21, 90, LOW],
      ],
      ['low_oxygen_saturation ended r1 medium 21/36/90 s'],
    ],
    [
      'one in which nobody looked for most of the time',
      [
        [0, 5, LOW],
        [60, 65, LOW],
        [66, 90, CLEAN],
      ],
      [],
    ],
  ];

  it.each(CASES)('%s', (_, stretches, expected) => {
    const bed = new Bed();
    backfill(bed, stretches);
    bed.tick(NOW_S + 30);
    const before = found(bed).length;
    bed.tick(NOW_S + 90);
    expect(found(bed)).toEqual(expected);
    expect(live(bed).filter((line) => !line.includes('signal_lost'))).toEqual([]);
    // What ended by clean samples did not wait for the settling.
    if (stretches.at(-1)![2] === CLEAN) expect(before).toBe(expected.length);
  });

  it('is told once, however often the backfill is sent and the pipeline restarted', () => {
    const bed = new Bed();
    const stretches: readonly Stretch[] = [
      [0, 60, LOW],
      [61, 80, CLEAN],
      [81, 120, WORSE],
    ];
    backfill(bed, stretches);
    bed.driver.restart();
    backfill(bed, stretches, NOW_S + 10);
    bed.tick(NOW_S + 100);
    bed.driver.restart();
    // By a gateway that gives it other sequences: nothing of it is newer than what was judged.
    backfill(bed, stretches, NOW_S + 200, 5_000);
    bed.tick(NOW_S + 300);
    expect(found(bed)).toEqual([
      'low_oxygen_saturation ended r1 medium 0/15/66 s',
      'low_oxygen_saturation ended r1 critical 81/86/120 s',
    ]);
  });

  it('leaves what is judged as now alone, and the other way round', () => {
    const bed = new Bed();
    bed.everySecond(NOW_S - 20, NOW_S, LOW);
    backfill(bed, [
      [0, 60, CLEAN],
      [61, 90, WORSE],
      [91, 120, CLEAN],
    ]);
    bed.everySecond(NOW_S + 1, NOW_S + 10, CLEAN);
    expect(live(bed)).toEqual([
      `${NOW_S - 5} s low_oxygen_saturation began medium`,
      `${NOW_S + 6} s low_oxygen_saturation ended medium`,
    ]);
    expect(found(bed)).toEqual(['low_oxygen_saturation ended r1 critical 61/66/96 s']);
  });

  it('is not what a live alert had covered', () => {
    const bed = new Bed();
    bed.everySecond(0, 20, LOW);
    bed.tick(100);
    bed.everySecond(NOW_S, NOW_S + 6, CLEAN);
    // The outage of the live alert, which stood for all of it.
    backfill(
      bed,
      [
        [21, 90, LOW],
        [91, 120, CLEAN],
        [121, 180, WORSE],
      ],
      NOW_S + 10,
    );
    bed.tick(NOW_S + 100);
    expect(live(bed)).toContain(`${NOW_S + 5} s low_oxygen_saturation ended medium`);
    expect(found(bed)).toEqual([]);
  });

  it('ends where its samples do when the patient is discharged', () => {
    const bed = new Bed();
    bed.learn(0, { patient: {} });
    backfill(bed, [[0, 60, LOW]]);
    bed.learn(NOW_S + 5, { patient: { state: 'discharged' } });
    expect(found(bed)).toEqual(['low_oxygen_saturation ended r1 medium 0/15/60 s']);
  });

  it('is never an artefact', () => {
    const bed = new Bed();
    for (let second = 0; second < 60; second++) {
      bed.send(second, WORSE, { validity: { oxygen_saturation: 'invalid' } }, NOW_S);
    }
    bed.tick(NOW_S + 100);
    expect(found(bed)).toEqual([]);
  });
});
