import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { VitalsFanout, type VitalsFrame } from './vitals-fanout.ts';

const INTERVAL_MS = 250;

let clock: ManualClock;
let audience: number;
let version: number;
let sent: { atMs: number; region: string; frame: VitalsFrame; patients: string[] }[];
let fanout: VitalsFanout;

beforeEach(() => {
  clock = new ManualClock();
  audience = 1;
  version = 0;
  sent = [];
  fanout = new VitalsFanout({
    clock,
    intervalMs: INTERVAL_MS,
    audience: () => audience,
    regionOf: (patientId) => (patientId === 'gone' ? undefined : patientId.startsWith('W') ? 'West' : 'East'),
    entryOf: (patientId) => JSON.stringify({ patient_id: patientId, version }),
    send: (region, frame) => {
      const { patients } = JSON.parse(frame.whole().text) as {
        patients: { patient_id: string; version: number }[];
      };
      const shown = patients.map(({ patient_id, version }) => `${patient_id}:${version}`);
      sent.push({ atMs: clock.monotonic(), region, frame, patients: shown });
    },
  });
});

const told = () => sent.map(({ atMs, patients }) => [atMs, ...patients]);

describe('conflation', () => {
  it('sends the first change at once, then one an interval with the newest', async () => {
    for (let i = 0; i < 10; i++) {
      version = i;
      fanout.changed(['W1']);
      await clock.advance(100);
    }
    await clock.advance(1_000);
    expect(told()).toEqual([
      [0, 'W1:0'],
      [250, 'W1:2'],
      [500, 'W1:4'],
      [750, 'W1:7'],
      [1000, 'W1:9'],
    ]);
  });

  it('never sends a patient more often than the interval, whoever else changes', async () => {
    const seed = [7, 13, 29, 31, 3, 17, 23];
    for (let i = 0; i < 400; i++) {
      fanout.changed([`W${i % 3}`, `W${i % 5}`]);
      await clock.advance(seed[i % seed.length] ?? 1);
    }
    const last = new Map<string, number>();
    for (const { atMs, patients } of sent) {
      for (const patient of patients.map((entry) => entry.split(':')[0] ?? '')) {
        const before = last.get(patient);
        if (before !== undefined) expect(atMs - before).toBeGreaterThanOrEqual(INTERVAL_MS);
        last.set(patient, atMs);
      }
    }
    expect(last.size).toBe(5);
  });

  it('puts patients of one batch into one frame a region', () => {
    fanout.changed(['W1', 'E1', 'W2', 'gone']);
    expect(sent.map(({ region, patients }) => [region, patients])).toEqual([
      ['West', ['W1:0', 'W2:0']],
      ['East', ['E1:0']],
    ]);
  });

  it('shares frames among more patients the more stations there are', async () => {
    audience = 1_000;
    for (let i = 0; i < 50; i++) {
      fanout.changed([`W${i}`]);
      await clock.advance(4);
    }
    await clock.advance(100);
    expect(sent.flatMap(({ patients }) => patients)).toHaveLength(50);
    expect(sent.length).toBeLessThanOrEqual(6);
  });

  it('holds up nothing that a pipeline has paced, and does what several publish in between', async () => {
    for (let i = 0; i < 40; i++) {
      fanout.changed([`W${i}`]);
      expect(sent).toHaveLength(i + 1);
      await clock.advance(i % 2 === 0 ? 19 : 21);
    }
    sent.length = 0;
    for (let i = 0; i < 40; i++) {
      fanout.changed([`W${i}`]);
      await clock.advance(5);
    }
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.length).toBeLessThanOrEqual(15);
  });

  it('does no work while nobody watches, and starts afresh when somebody does', async () => {
    audience = 0;
    fanout.changed(['W1']);
    await clock.advance(1_000);
    expect(sent).toEqual([]);
    audience = 1;
    fanout.changed(['W1']);
    expect(sent).toHaveLength(1);
  });

  it('leaves no timer behind', async () => {
    fanout.changed(['W1']);
    fanout.changed(['W1']);
    fanout.stop();
    await clock.advance(1_000);
    expect(sent).toHaveLength(1);
  });
});

it('a frame narrows to the patients asked for, or is none', () => {
  fanout.changed(['W1', 'W2', 'W3']);
  const [first] = sent;
  const narrowed = first?.frame.narrowedTo(new Set(['W3', 'W1']));
  expect(JSON.parse(narrowed?.text ?? '')).toMatchObject({
    type: 'vitals',
    at: '2026-01-01T00:00:00.000Z',
    patients: [{ patient_id: 'W1' }, { patient_id: 'W3' }],
  });
  expect(first?.frame.narrowedTo(new Set(['X']))).toBeUndefined();
  expect(first?.frame.whole()).toBe(first?.frame.whole());
});
