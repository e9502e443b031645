import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import {
  acknowledged,
  raised,
  resolved,
  sampleAlert,
} from '@vitalwire/core/testing/contracts/alert-samples.ts';
import { describe, expect, it } from 'vitest';
import { Burden } from './burden.ts';
import { burdenText } from './burden-text.ts';

const FROM_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const range = { fromMs: FROM_MS, toMs: FROM_MS + 2 * DAY_MS, regions: new Set(['West']) };

const alarm = (
  id: string,
  patientId: string,
  hour: number,
  changes: Parameters<typeof sampleAlert>[3] = {},
) => sampleAlert(id, 'West', patientId, { raisedAtMs: FROM_MS + hour * 3_600_000, ...changes });

/** Three alarms of P1 and one of P2: one acknowledged after 20 s, one latched and acknowledged, two cleared by themselves. */
function aDay(): AlertEvent[] {
  const a = alarm('a', 'P1', 3);
  const b = alarm('b', 'P1', 3.5, { type: 'high_heartrate' });
  const c = alarm('c', 'P1', 27, { priority: 'high' });
  const d = alarm('d', 'P2', 30, { type: 'lead_off', kind: 'technical', priority: 'low' });
  const worse = { ...a, version: 2, priority: 'critical' as const };
  const seen = acknowledged(worse);
  const escalatedC: AlertEvent = {
    ...raised({ ...c, version: 2, escalationStep: 1 }),
    event: 'escalated',
    atMs: c.raisedAtMs + 60_000,
  };
  const closedC = resolved({ ...c, version: 2 });
  return [
    raised(a),
    { ...raised(worse), event: 'updated' },
    seen,
    resolved(seen.alert),
    raised(b),
    resolved(b),
    raised(c),
    escalatedC,
    {
      ...closedC,
      alert: { ...closedC.alert, acknowledgedBy: 'Ann', acknowledgedAtMs: c.raisedAtMs + 100_000 },
    },
    raised(d),
    resolved(d),
  ];
}

function reportOf(events: readonly AlertEvent[], beds: [string, string][] = []) {
  const burden = new Burden(range);
  for (const event of events) burden.add(event);
  return burden.report(new Map(beds));
}

describe('the alarm burden', () => {
  it('counts alarms per bed and day, and what became of them', () => {
    const report = reportOf(aDay(), [
      ['P1', '4'],
      ['P3', '5'],
    ]);
    expect(report).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      beds: 3,
      total: 4,
      per_bed_day: 4 / 3 / 2,
      cleared_unattended: { count: 2, share: 0.5 },
      escalated: { count: 1, share: 0.25 },
      time_to_acknowledge_s: { median: 20, p90: 100, mean: 60, count: 2 },
      by_type: [
        { type: 'low_oxygen_saturation', count: 2 },
        { type: 'high_heartrate', count: 1 },
        { type: 'lead_off', count: 1 },
      ],
      by_priority: [
        { priority: 'critical', count: 1 },
        { priority: 'high', count: 1 },
        { priority: 'medium', count: 1 },
        { priority: 'low', count: 1 },
      ],
      by_bed: [
        { patient_id: 'P1', bed: '4', count: 3 },
        { patient_id: 'P2', bed: null, count: 1 },
      ],
    });
    expect(report.by_hour.filter(({ count }) => count > 0)).toEqual([
      { hour: 3, count: 3 },
      { hour: 6, count: 1 },
    ]);
    expect(report.by_hour).toHaveLength(24);
  });

  it('counts a repeated trail once, and leaves out what is of another region, time or mode', () => {
    const events = aDay();
    expect(reportOf([...events, ...events])).toEqual(reportOf(events));
    const others = [
      raised(sampleAlert('x', 'Midwest', 'P9', { raisedAtMs: FROM_MS })),
      raised(alarm('y', 'P1', -1)),
      raised(alarm('z', 'P1', 48)),
      raised(alarm('t', 'P1', 1, { mode: 'test' })),
    ];
    expect(reportOf(others)).toMatchObject({ total: 0, per_bed_day: 0, time_to_acknowledge_s: null });
  });

  it('is readable in a terminal', () => {
    const text = burdenText(reportOf(aDay(), [['P1', '4']]));
    expect(text).toContain('4 alarms on 2 beds: 1.0 per bed and day');
    expect(text).toContain('50.0 % cleared unattended (2)');
    expect(text).toMatch(/bed 4 \(P1\) +3 +#+/);
    expect(burdenText(reportOf([]))).toContain('none was acknowledged');
  });
});
