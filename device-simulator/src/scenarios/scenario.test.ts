import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { CrossingOracle } from '../oracle/crossings.ts';
import { SyntheticPatient } from '../signals/synthetic-patient.ts';
import { courseValue } from './course.ts';
import { scenarioInMix } from './mix.ts';
import { SCENARIOS, ScenarioError, loadScenario, parseScenario, type ScenarioName } from './scenario.ts';

const settings = parseAlarmSettings(
  readFileSync(fileURLToPath(new URL('../../../core/config/alarms.yaml', import.meta.url)), 'utf8'),
);

/** The alert types that the default limits must raise, each with the second it is first due. */
function alertsOf(name: ScenarioName, seed: number, seconds: number): Map<string, number> {
  const { course, profile } = loadScenario(name);
  const patient = new SyntheticPatient({ seed, course, courseStartS: 0, startS: 0, profile });
  const oracle = new CrossingOracle(settings);
  const alerts = new Map<string, number>();
  for (let atS = 0; atS < seconds; atS++) {
    oracle.observe(0, patient.measure(atS), atS * 1_000, ({ type, completedMs }) => {
      if (!alerts.has(type)) alerts.set(type, completedMs / 1_000);
    });
  }
  return alerts;
}

describe.each(SCENARIOS)('%s', (name) => {
  it.each(Array.from({ length: 12 }, (_, i) => i + 1))(
    'brings the alerts it names in time, and no others (seed %i)',
    (seed) => {
      const { expect: expected } = loadScenario(name);
      const alerts = alertsOf(name, seed, 3_600);
      expect([...alerts.keys()].sort()).toEqual(expected.map(({ alert }) => alert).sort());
      for (const { alert, byS } of expected) expect(alerts.get(alert), alert).toBeLessThanOrEqual(byS);
    },
  );
});

describe('a course', () => {
  const course = parseScenario(`
name: dip
description: a dip
repeat_every_s: 100
course:
  oxygen_saturation: [{ at_s: 10, to: baseline }, { at_s: 20, to: 80 }, { at_s: 30, to: baseline }]
expect: []`).course;
  const at = (atS: number): number => courseValue(course, 'oxygen_saturation', atS, 96)!;

  it('eases from keyframe to keyframe, and repeats', () => {
    expect([-5, 0, 10, 20, 30, 99].map(at)).toEqual([96, 96, 96, 80, 96, 96]);
    expect(at(15)).toBeCloseTo(88);
    expect(at(120)).toBe(80);
  });

  it('leaves other vitals alone', () => {
    expect(courseValue(course, 'heartbeat', 20, 70)).toBeUndefined();
  });
});

describe('a scenario file', () => {
  const valid = { name: 'x', description: 'x', course: {}, expect: [] };
  it.each([
    [{ ...valid, speed: 2 }, /speed/],
    [{ ...valid, course: { pulse: [{ at_s: 0, to: 1 }] } }, /course: .*"pulse"/],
    [
      {
        ...valid,
        course: {
          heartbeat: [
            { at_s: 5, to: 1 },
            { at_s: 5, to: 2 },
          ],
        },
      },
      /at_s must rise/,
    ],
    [{ ...valid, course: { heartbeat: [{ at_s: 5, to: 'up' }] } }, /course\.heartbeat\.0\.to/],
    [{ ...valid, expect: [{ alert: 'a' }] }, /expect\.0\.by_s/],
  ])('is refused with what is wrong in it: %j', (file, message) => {
    const parse = (): unknown => parseScenario(JSON.stringify(file));
    expect(parse).toThrow(ScenarioError);
    expect(parse).toThrow(message);
  });
});

it('a mix of ten is seven stable, two desaturating and one septic', () => {
  const mix = Array.from({ length: 10 }, (_, index) => scenarioInMix(index)).sort();
  expect(mix).toEqual([...Array(2).fill('desaturation'), 'sepsis', ...Array(7).fill('stable')]);
});
