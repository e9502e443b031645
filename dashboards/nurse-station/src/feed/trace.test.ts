import { expect, it } from 'vitest';
import { Trace, TRACE_MS } from './trace.ts';

const heartbeat = (value: number, measuredAtMs: number, validity: 'valid' | 'invalid' = 'valid') => ({
  heartbeat: { value, measuredAtMs, validity },
});

it('thins what comes, and forgets what is older than its span', () => {
  const trace = new Trace();
  for (let s = 0; s <= 700; s++) trace.add(heartbeat(60 + (s % 7), s * 1000));
  const points = trace.points('heartbeat');
  expect(points.length).toBe(TRACE_MS / 4000 + 1);
  expect(points[0]?.atMs).toBe(100_000);
});

it('takes no artefact, and no value a second time', () => {
  const trace = new Trace();
  expect(trace.add(heartbeat(60, 1000))).toBe(true);
  expect(trace.add(heartbeat(60, 1000))).toBe(false);
  expect(trace.add(heartbeat(250, 9000, 'invalid'))).toBe(false);
});

it('puts older points before those it has, and none twice', () => {
  const trace = new Trace();
  trace.add(heartbeat(60, 20_000));
  trace.prepend(
    'heartbeat',
    [0, 1, 2, 5, 10, 20, 30].map((s) => ({ atMs: s * 1000, value: s })),
  );
  expect(trace.points('heartbeat').map(({ atMs }) => atMs)).toEqual([0, 5000, 10_000, 20_000]);
});
