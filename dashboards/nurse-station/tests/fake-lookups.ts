/** What a GET of the fake engine's API finds. */
import { fakeBurden } from './fake-burden.ts';
import { seriesOf } from './fake-vitals.ts';
import type { FakeWard } from './fake-ward.ts';

/** Undefined where nothing is there. */
export function lookUp(ward: FakeWard, path: string, query: URLSearchParams, nowMs: number): unknown {
  if (path === '/patients') return { items: ward.patients(), next: null };
  if (path === '/discharges') return { items: ward.discharges(), next: null };
  if (path === '/alerts') return ward.alerts.page(query);
  const [, alertId] = /^\/alerts\/([^/]+)$/.exec(path) ?? [];
  if (alertId !== undefined) return ward.alerts.withHistory(alertId);
  if (path === '/reports/alarm-burden') {
    const beds = ward.patients().map(({ bed }) => bed ?? '');
    const to = query.get('to') ?? '';
    // What is long over was worse.
    const times = Date.parse(to) < nowMs - 3_600_000 ? 1.25 : 1;
    return fakeBurden(query.get('from') ?? '', to, beds, times);
  }
  const [, id, part] = /^\/patients\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
  const found = ward.record(decodeURIComponent(id ?? ''));
  if (found === undefined) return undefined;
  const { bed, admitted } = found;
  if (part === undefined) {
    return {
      ...bed.document,
      state: admitted ? 'admitted' : 'discharged',
      limits: bed.limits,
      ...bed.chart,
    };
  }
  if (part === 'vitals') return seriesOf(bed, query, nowMs, ward.startedMs);
  return part === 'risk' ? riskAt(nowMs) : undefined;
}

const riskAt = (nowMs: number): object => ({
  risk_score: 5,
  alert_level: 'medium',
  risk_factors: {
    respiratory_rate: 2,
    oxygen_saturation: 2,
    supplemental_oxygen: 0,
    blood_pressure_systolic: 0,
    heartbeat: 1,
    consciousness: 0,
  },
  timestamp: new Date(nowMs - 40_000).toISOString(),
  partial: true,
  assumed: ['supplemental_oxygen', 'consciousness'],
});
