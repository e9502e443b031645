/** What the made-up beds measure, now and at any moment of their past: computed, so that a year of it costs nothing. */
import type { FakeBed } from './fake-beds.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Repeatable noise in -1..1 for a place in time. */
function noise(seed: number, t: number): number {
  return (
    Math.sin(t * 0.7 + seed) * 0.5 +
    Math.sin(t * 0.113 + seed * 3.1) * 0.3 +
    Math.sin(t * 2.9 + seed * 7) * 0.2
  );
}

export function valuesAt(bed: FakeBed, seed: number, atMs: number, past = false): Record<string, number> {
  const t = (atMs / 1000) % 1_000_000;
  const round = (value: number): number => Math.round(value * 10) / 10;
  const base = (vital: string, usual: number): number => (past ? usual : (bed.base[vital] ?? usual));
  return {
    heartbeat: round(base('heartbeat', 74 + (seed % 11)) + 3 * noise(seed, t / 9)),
    oxygen_saturation: Math.min(100, round(base('oxygen_saturation', 96) + noise(seed + 1, t / 14))),
    respiratory_rate: round(base('respiratory_rate', 15) + 1.5 * noise(seed + 2, t / 11)),
    blood_pressure_systolic: Math.round(112 + (seed % 30) + 6 * noise(seed + 3, t / 900)),
    blood_pressure_diastolic: Math.round(68 + (seed % 14) + 4 * noise(seed + 4, t / 900)),
    temperature: round(98 + (seed % 12) / 10 + 0.4 * noise(seed + 5, t / 2000)),
  };
}

/** One bed of four had a stretch that came late, and an artefact now and then. */
function marksAt(seed: number, minute: number, atMs: number): object {
  if (seed % 4 !== 1) return {};
  return {
    ...(minute >= 24 && minute < 28 ? { received_at: iso(atMs + 600_000) } : {}),
    ...(minute % 11 < 0.05 ? { heartbeat: 196, validity: { heartbeat: 'invalid' } } : {}),
  };
}

/** The API's answer to `/patients/{id}/vitals`; `startedMs` is when the ward began to live. */
export function seriesOf(bed: FakeBed, query: URLSearchParams, nowMs: number, startedMs: number): object {
  const from = Date.parse(query.get('from') ?? '');
  const to = Math.min(Date.parse(query.get('to') ?? ''), nowMs);
  const asked = query.get('resolution') ?? 'auto';
  const span = to - from;
  const resolution =
    asked !== 'auto' ? asked : span <= 4 * 3_600_000 ? 'raw' : span <= 8 * 86_400_000 ? '5m' : '1h';
  const step = resolution === 'raw' ? 1000 : resolution === '5m' ? 300_000 : 3_600_000;
  const points: object[] = [];
  const seed = Number(bed.document.patient_id.slice(1));
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    // A monitor that was off for a while, once an hour of its past, and once a day for longer.
    const minute = (at / 60_000) % 60;
    if (resolution === 'raw' ? minute > 17 && minute < 19 : (at / 3_600_000) % 24 > 21.5) continue;
    const values = valuesAt(bed, seed, at, at < startedMs - 60_000);
    const point: Record<string, unknown> = {
      at: iso(at),
      ...(resolution === 'raw' ? marksAt(seed, minute, at) : {}),
    };
    for (const [vital, value] of Object.entries(values)) {
      const intermittent = vital.startsWith('blood_pressure') || vital === 'temperature';
      if (resolution === 'raw' && intermittent && at % 900_000 !== 0) continue;
      point[vital] ??= value;
      if (resolution === 'raw') continue;
      const spread = vital === 'temperature' ? 0.4 : 4 + 3 * Math.abs(noise(seed, at / step));
      point[`${vital}_min`] = value - spread;
      point[`${vital}_max`] = Math.min(value + spread, vital === 'oxygen_saturation' ? 100 : 999);
      point[`${vital}_count`] = step / 1000;
    }
    points.push(point);
  }
  return { patient_id: bed.document.patient_id, resolution, points };
}
