import { describe, expect, it } from 'vitest';
import type { AlertDocument, Frame, PatientDocument } from './frames.ts';
import { EMPTY_FEED, reduceFeed, type FeedState } from './reducer.ts';

const T = Date.parse('2026-11-21T04:00:00.000Z');
const iso = (ms: number): string => new Date(ms).toISOString();

function alertOf(change: Partial<AlertDocument> = {}): AlertDocument {
  return {
    id: 'a1',
    version: 1,
    patient_id: 'P1',
    region: 'Northeast',
    device_id: 'MON-1',
    type: 'low_oxygen_saturation',
    kind: 'physiological',
    priority: 'medium',
    status: 'pending',
    value: 88,
    threshold: 90,
    message: 'SpO₂ 88 % below 90 for 15 s',
    timestamp: iso(T),
    ended_at: null,
    ...change,
  };
}

const patientOf = (change: Partial<PatientDocument> = {}): PatientDocument => ({
  patient_id: 'P1',
  region: 'Northeast',
  device_id: 'MON-1',
  vitals: { heartbeat: { value: 72, measured_at: iso(T), validity: 'valid' } },
  score: 3,
  connection: 'born',
  alerts: [],
  name: 'Ruiz, Ana',
  bed: '12',
  pending: [],
  ...change,
});

const snapshot = (cursor: string, ...patients: PatientDocument[]): Frame => ({
  type: 'snapshot',
  cursor,
  patients,
});
const alertFrame = (cursor: string, alert: AlertDocument): Frame => ({ type: 'alert', cursor, alert });

function run(...frames: Frame[]): { state: FeedState; told: string[] } {
  let state = EMPTY_FEED;
  const told: string[] = [];
  for (const frame of frames) {
    const output = reduceFeed(state, frame);
    state = output.state;
    told.push(...output.announce.map(({ id, priority }) => `${id} ${priority}`));
  }
  return { state, told };
}

const alertsOf = (state: FeedState, id = 'P1') => state.patients.get(id)?.alerts ?? [];

describe('snapshot', () => {
  it('replaces who is there', () => {
    const { state } = run(snapshot('1', patientOf()), snapshot('2', patientOf({ patient_id: 'P2' })));
    expect([...state.patients.keys()]).toEqual(['P2']);
    expect(state).toMatchObject({ loaded: true, cursor: '2' });
  });

  it('does not tell again of an alert that a missed event had brought', () => {
    const { told } = run(
      snapshot('1', patientOf()),
      alertFrame('2', alertOf()),
      snapshot('2', patientOf({ alerts: [alertOf()] })),
    );
    expect(told).toEqual(['a1 medium']);
  });

  it('keeps a vital that is newer than its own', () => {
    const newer = { heartbeat: { value: 99, measured_at: iso(T + 1000), validity: 'valid' as const } };
    const { state } = run(
      snapshot('1', patientOf()),
      { type: 'vitals', at: iso(T), patients: [{ patient_id: 'P1', vitals: newer }] },
      snapshot('2', patientOf()),
    );
    expect(state.patients.get('P1')?.vitals.heartbeat?.value).toBe(99);
  });

  it('takes alerts of no patient as those of an area', () => {
    const away = alertOf({ patient_id: '', type: 'gateway_away', kind: 'technical' });
    const { state } = run(
      snapshot('1', patientOf({ patient_id: '', alerts: [away] })),
      alertFrame('2', { ...away, version: 2 }),
    );
    expect(state.patients.size).toBe(0);
    expect(state.areaAlerts.map(({ version }) => version)).toEqual([2]);
  });
});

describe('vitals', () => {
  const frame = (value: number, measuredMs: number): Frame => ({
    type: 'vitals',
    at: iso(T),
    patients: [
      {
        patient_id: 'P1',
        vitals: { heartbeat: { value, measured_at: iso(measuredMs), validity: 'valid' } },
        pending: [],
      },
    ],
  });

  it('never goes back to an older measurement', () => {
    const { state } = run(snapshot('1', patientOf()), frame(80, T + 2000), frame(70, T + 1000));
    expect(state.patients.get('P1')?.vitals.heartbeat?.value).toBe(80);
  });

  it('leaves the other vitals, the alerts and the name as they are', () => {
    const { state } = run(snapshot('1', patientOf({ alerts: [alertOf()] })), frame(80, T + 1000));
    expect(state.patients.get('P1')).toMatchObject({ name: 'Ruiz, Ana', alerts: [{ id: 'a1' }] });
  });

  it('shows a patient of whom no snapshot told by the id alone', () => {
    const { state } = run({ type: 'vitals', at: iso(T), patients: [{ patient_id: 'P9', vitals: {} }] });
    expect(state.patients.get('P9')).toMatchObject({
      patientId: 'P9',
      name: undefined,
      connection: 'unknown',
    });
  });

  it('keeps the same array while the same crossing is timed', () => {
    const pending = [
      { type: 'low_oxygen_saturation', priority: 'medium' as const, since: iso(T), due: iso(T + 15_000) },
    ];
    const timed: Frame = { type: 'vitals', at: iso(T), patients: [{ patient_id: 'P1', pending }] };
    const once = run(snapshot('1', patientOf()), timed).state;
    const twice = reduceFeed(once, structuredClone(timed)).state;
    expect(twice.patients.get('P1')?.pending).toBe(once.patients.get('P1')?.pending);
  });
});

describe('alert', () => {
  it('is applied once however often it comes', () => {
    const { state, told } = run(
      snapshot('1', patientOf()),
      alertFrame('2', alertOf()),
      alertFrame('2', alertOf()),
      alertFrame('2', alertOf()),
    );
    expect(alertsOf(state)).toHaveLength(1);
    expect(told).toEqual(['a1 medium']);
    expect(state.cursor).toBe('2');
  });

  it('ignores a version older than the one that is shown', () => {
    const { state } = run(
      snapshot('1', patientOf()),
      alertFrame('3', alertOf({ version: 2, status: 'acknowledged' })),
      alertFrame('2', alertOf()),
    );
    expect(alertsOf(state)[0]?.status).toBe('acknowledged');
  });

  it('tells again when it becomes worse, not when it is acknowledged', () => {
    const { told } = run(
      snapshot('1', patientOf()),
      alertFrame('2', alertOf()),
      alertFrame('3', alertOf({ version: 2, priority: 'critical' })),
      alertFrame('4', alertOf({ version: 3, priority: 'critical', status: 'acknowledged' })),
    );
    expect(told).toEqual(['a1 medium', 'a1 critical']);
  });

  it('is gone once resolved, and an older event does not bring it back', () => {
    const { state } = run(
      snapshot('1', patientOf({ alerts: [alertOf()] })),
      alertFrame('2', alertOf({ version: 3, status: 'resolved' })),
      alertFrame('3', alertOf({ version: 2 })),
    );
    expect(alertsOf(state)).toEqual([]);
  });

  it('of a patient nobody knows makes a bed of its own rather than being dropped', () => {
    const { state, told } = run(snapshot('1'), alertFrame('2', alertOf({ patient_id: 'P7' })));
    expect(alertsOf(state, 'P7')).toHaveLength(1);
    expect(told).toEqual(['a1 medium']);
  });

  it('stands behind a more urgent one', () => {
    const { state } = run(
      snapshot('1', patientOf()),
      alertFrame('2', alertOf()),
      alertFrame('3', alertOf({ id: 'a2', type: 'signal_lost', kind: 'technical', priority: 'high' })),
      alertFrame('4', alertOf({ id: 'a3', type: 'low_heartrate', priority: 'critical' })),
    );
    expect(alertsOf(state).map(({ id }) => id)).toEqual(['a3', 'a1', 'a2']);
  });
});

describe('presence', () => {
  it('changes the connection, and keeps the battery it does not mention', () => {
    const { state } = run(snapshot('1', patientOf({ battery_percent: 40 })), {
      type: 'presence',
      device_id: 'MON-1',
      patient_id: 'P1',
      state: 'lost',
    });
    expect(state.patients.get('P1')).toMatchObject({ connection: 'lost', batteryPercent: 40 });
  });
});

describe('left', () => {
  it('takes the bed away at once, and whatever comes of the patient afterwards brings it back', () => {
    const { state } = run(snapshot('1', patientOf({ alerts: [alertOf()] })), {
      type: 'left',
      patient_id: 'P1',
      region: 'Northeast',
      reason: 'discharged',
    });
    expect(state.patients.size).toBe(0);
    // The alerts that are closed because of it bring nobody back; one that is open does.
    const closed = alertOf({ version: 2, status: 'resolved', resolved_at: iso(T) });
    expect(reduceFeed(state, alertFrame('2', closed)).state.patients.size).toBe(0);
    expect(reduceFeed(state, alertFrame('2', alertOf({ id: 'a2' }))).state.patients.size).toBe(1);
  });
});

describe('what was told late', () => {
  it('is not said while the engine holds it off, is said when it sounds, and not at all where it was over', () => {
    const held = alertOf({ late: true, signal: 'delayed', priority: 'critical' });
    expect(run(snapshot('1', patientOf()), alertFrame('2', held)).told).toEqual([]);
    expect(
      run(
        snapshot('1', patientOf()),
        alertFrame('2', held),
        alertFrame('3', { ...held, version: 2, signal: 'on' }),
      ).told,
    ).toEqual(['a1 critical']);
    const over = { ...held, version: 2, status: 'resolved', signal: 'off' } as const;
    const { state, told } = run(snapshot('1', patientOf()), alertFrame('2', held), alertFrame('3', over));
    expect(told).toEqual([]);
    expect(alertsOf(state)).toEqual([]);
  });

  it('found afterwards, is closed from its first version: known to the pages of the past, and to nobody else', () => {
    const found = alertOf({ historical: true, status: 'resolved', signal: 'off', priority: 'critical' });
    const { state, told } = run(snapshot('1', patientOf()), alertFrame('2', found));
    expect(told).toEqual([]);
    expect(alertsOf(state)).toEqual([]);
    expect(reduceFeed(state, alertFrame('3', { ...found, id: 'a2' })).changed?.historical).toBe(true);
  });
});
