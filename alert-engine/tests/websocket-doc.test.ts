import { readFileSync } from 'node:fs';
import { alertSchema } from '@vitalwire/core/alarms/alert-codec.ts';
import { expect, it } from 'vitest';
import { CLOSE } from '../src/hub/protocol.ts';
import { patientSchema } from '../src/live/patient-document.ts';
import { pauseSchema } from '../src/pause/pause.ts';

const text = readFileSync(new URL('../../docs/websocket.md', import.meta.url), 'utf8');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].toSorted();

it('docs/websocket.md shows a patient with every field, and no other', () => {
  const example = /An entry of `snapshot.patients`:\s+```json\n([^]*?)```/.exec(text)?.[1] ?? '';
  const patient = JSON.parse(example) as Record<string, Record<string, unknown>>;
  expect(sorted(Object.keys(patient))).toEqual(sorted(Object.keys(patientSchema.shape)));
  expect(sorted(Object.keys(patient['pause']!))).toEqual(sorted(Object.keys(pauseSchema.shape)));
  const score = patientSchema.shape.score.unwrap();
  expect(sorted(Object.keys(patient['score']!))).toEqual(sorted(Object.keys(score.shape)));
});

it('it names every field of an alert, and those of an alert frame', () => {
  const listed = /\nAn alert: ([^]*?)An alert with/.exec(text)?.[1]?.replace(/\([^)]*\)/g, '') ?? '';
  const names = [...listed.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name);
  expect(sorted(names)).toEqual(sorted(Object.keys(alertSchema.shape)));
  expect(text).toMatch(/`alert` frame also `event`, `reason` \(or null\) and `actor`/);
});

it('it names every close code', () => {
  const codes = [...text.matchAll(/^\| (\d{4}) /gm)].map(([, code = '']) => code);
  expect(sorted(codes)).toEqual(sorted(Object.values(CLOSE).map(String)));
});
