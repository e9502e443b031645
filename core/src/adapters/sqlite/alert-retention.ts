import type { Session } from './port-session.ts';

/** Longer than the day that the port promises: stations resume over a weekend, and a report looks back a month. */
export const ALERTS_KEPT_MS = 30 * 86_400_000;
const STEP_ROWS = 200;

/** Removes events, and alerts that were resolved, once they are 30 days old, in small steps between other work; tells the first event left. */
export async function expireAlerts(
  database: Session,
  stopping: () => boolean,
  expired: (region: string, firstSeq: number) => void,
): Promise<void> {
  const beforeMs = database.clock.now() - ALERTS_KEPT_MS;
  const removeAlerts = database.prepare(
    `DELETE FROM alerts WHERE seq IN (SELECT seq FROM alerts WHERE resolved_stored_ms < ? LIMIT ${STEP_ROWS})`,
  );
  for (let removed = STEP_ROWS; removed === STEP_ROWS && !stopping();) {
    removed = await database.write(() => Number(removeAlerts.run(beforeMs).changes), 'bulk');
  }
  const regions = database.prepare('SELECT region FROM alert_sequences').all();
  for (const row of regions) {
    const region = String(row['region']);
    await expireEvents(database, region, beforeMs, stopping, (first) => expired(region, first));
  }
}

/** From the oldest on, up to the first that is young enough, so that what is left has no gap. */
async function expireEvents(
  database: Session,
  region: string,
  beforeMs: number,
  stopping: () => boolean,
  expired: (firstSeq: number) => void,
): Promise<void> {
  const oldest = database.prepare(
    `SELECT seq, stored_ms FROM alert_events WHERE region = ? ORDER BY seq LIMIT ${STEP_ROWS}`,
  );
  const remove = database.prepare('DELETE FROM alert_events WHERE region = ? AND seq <= ?');
  const advance = database.prepare('UPDATE alert_sequences SET first_seq = ? WHERE region = ?');
  for (let more = true; more && !stopping();) {
    const rows = oldest.all(region);
    const young = rows.findIndex((row) => Number(row['stored_ms']) >= beforeMs);
    const last = rows[(young < 0 ? rows.length : young) - 1];
    more = young < 0 && last !== undefined;
    if (!last) return;
    const seq = Number(last['seq']);
    await database.write(
      () => {
        remove.run(region, seq);
        advance.run(seq + 1, region);
      },
      'bulk',
      () => expired(seq + 1),
    );
  }
}
