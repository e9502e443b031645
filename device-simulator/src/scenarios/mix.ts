import type { ScenarioName } from './scenario.ts';

/** Of ten beds: most of a ward is stable most of the time. */
const OF_TEN: readonly ScenarioName[] = [
  'stable',
  'stable',
  'desaturation',
  'stable',
  'stable',
  'stable',
  'sepsis',
  'stable',
  'desaturation',
  'stable',
];

/** The scenario of the `index`-th device of a mix: seven in ten stable, two desaturate, one is septic. */
export function scenarioInMix(index: number): ScenarioName {
  return OF_TEN[index % OF_TEN.length] ?? 'stable';
}
