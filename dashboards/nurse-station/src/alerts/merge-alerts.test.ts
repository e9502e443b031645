import { expect, it } from 'vitest';
import { toAlert } from '../feed/frames.ts';
import { mergeAlerts } from './merge-alerts.ts';

const alert = (id: string, version: number, minute: number) =>
  toAlert({
    id,
    version,
    patient_id: 'P',
    region: 'R',
    device_id: 'D',
    type: 'low_heartrate',
    priority: 'medium',
    status: 'pending',
    value: null,
    threshold: null,
    message: '',
    timestamp: new Date(minute * 60_000).toISOString(),
  });

it('holds each alert once in its newest version, the newest alert first', () => {
  const merged = mergeAlerts(
    [alert('a', 2, 1), alert('b', 1, 2)],
    [alert('a', 1, 1), alert('b', 3, 2), alert('c', 1, 3)],
  );
  expect(merged.map(({ id, version }) => `${id}${version}`)).toEqual(['c1', 'b3', 'a2']);
});
