import { setImmediate as nextTurn } from 'node:timers/promises';
import { RETENTION_MS } from '../../ports/time-series.ts';
import type { Session } from './port-session.ts';

const STEP_ROWS = 500;

/** Removes points and windows that have outlived their tier, patient by patient, in small steps between other work. */
export async function expireTimeSeries(database: Session, stopping: () => boolean): Promise<void> {
  const nowMs = database.clock.now();
  await expire(database, 'raw_points', 'at_ms', '1 = 1', nowMs - RETENTION_MS.raw, stopping);
  for (const tier of ['5m', '1h'] as const) {
    const beforeMs = nowMs - RETENTION_MS[tier];
    await expire(database, 'window_points', 'start_ms', `tier = '${tier}'`, beforeMs, stopping);
  }
}

async function expire(
  database: Session,
  table: string,
  time: string,
  where: string,
  beforeMs: number,
  stopping: () => boolean,
): Promise<void> {
  const nextPatient = database.prepare(
    `SELECT min(patient) AS patient FROM ${table} WHERE ${where} AND patient > ?`,
  );
  const oldest = database.prepare(`SELECT min(${time}) AS time FROM ${table} WHERE ${where} AND patient = ?`);
  const rest = `FROM ${table} WHERE ${where} AND patient = ? AND ${time} < ?`;
  // Where a step ends: rows may share a moment, and go together then.
  const stepEnd = database.prepare(
    `SELECT ${time} + 1 AS end ${rest} ORDER BY ${time} LIMIT 1 OFFSET ${STEP_ROWS - 1}`,
  );
  const remove = database.prepare(`DELETE ${rest}`);
  for (let patient = 0; !stopping(); await nextTurn()) {
    const found = nextPatient.get(patient)?.['patient'];
    if (typeof found !== 'number') return;
    patient = found;
    // Of most patients nothing has: a write, and be it of nothing, is a transaction and an fsync.
    for (let more = Number(oldest.get(patient)?.['time']) < beforeMs; more && !stopping();) {
      const end = stepEnd.get(patient, beforeMs)?.['end'];
      more = typeof end === 'number';
      const endMs = typeof end === 'number' ? end : beforeMs;
      await database.write(() => void remove.run(patient, endMs), 'bulk');
    }
  }
}
