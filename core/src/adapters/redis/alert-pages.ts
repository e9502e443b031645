import type { Redis } from 'ioredis';
import type { Alert } from '../../alarms/alert.ts';
import type { AlertQuery } from '../../ports/alert-store.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { fromFields } from './alert-fields.ts';
import { alertKey, patientKeys, regionKeys } from './keys.ts';

/** Ids read from a region's timeline at a time. */
const STRIDE = 200;

/** Where a page ended: moments may be equal, (moment, id) never. */
interface Place {
  readonly raisedAtMs: number;
  readonly id: string;
}

export const newestFirst = (a: Place, b: Place): number =>
  b.raisedAtMs - a.raisedAtMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** One page, newest first. @throws VitalwireError `rejected` where `after` is no page's `next` */
export async function alertPage(
  redis: Redis,
  query: AlertQuery,
): Promise<{ readonly alerts: readonly Alert[]; readonly next: string | undefined }> {
  const after = query.after === undefined ? undefined : parsePlace(query.after);
  // One more than the page holds, to know whether another follows.
  const wanted = query.limit + 1;
  const found = await Promise.all(
    [...new Set(query.regions)].map((region) =>
      query.patientId !== undefined || (query.status !== undefined && query.status !== 'resolved')
        ? amongFew(redis, region, query, after)
        : alongTimeline(redis, region, query, after, wanted),
    ),
  );
  const alerts = found.flat().sort(newestFirst);
  const page = alerts.slice(0, query.limit);
  const last = page.at(-1);
  const next = alerts.length > page.length && last ? `${last.raisedAtMs}.${last.id}` : undefined;
  return { alerts: page, next };
}

/** Alerts by id, in the ids' order; those that are gone are left out. */
async function alertsById(redis: Redis, region: string, ids: readonly string[]): Promise<Alert[]> {
  const hashes = await Promise.all(ids.map((id) => redis.hgetall(alertKey(region, id))));
  return hashes.flatMap((hash) => fromFields(hash) ?? []);
}

/** All of a patient, or all that are open. */
async function amongFew(
  redis: Redis,
  region: string,
  query: AlertQuery,
  after: Place | undefined,
): Promise<Alert[]> {
  const ids =
    query.patientId === undefined
      ? await redis.smembers(regionKeys(region).open)
      : await redis.lrange(patientKeys(region, query.patientId).alerts, 0, -1);
  return (await alertsById(redis, region, ids)).filter((alert) => isWanted(alert, query, after));
}

async function alongTimeline(
  redis: Redis,
  region: string,
  query: AlertQuery,
  after: Place | undefined,
  wanted: number,
): Promise<Alert[]> {
  const { timeline } = regionKeys(region);
  // Both ends of a range by score are in it; `isWanted` leaves out the moment `raisedToMs` itself.
  const from = Math.min(after?.raisedAtMs ?? Infinity, query.raisedToMs ?? Infinity);
  const newest = from === Infinity ? '+inf' : String(from);
  const oldest = String(query.raisedFromMs ?? '-inf');
  const found = new Map<string, Alert>();
  for (let offset = 0; found.size < wanted; offset += STRIDE) {
    const ids = await redis.zrange(timeline, newest, oldest, 'BYSCORE', 'REV', 'LIMIT', offset, STRIDE);
    for (const alert of await alertsById(redis, region, ids)) {
      if (isWanted(alert, query, after)) found.set(alert.id, alert);
    }
    if (ids.length < STRIDE) break;
  }
  return [...found.values()];
}

function isWanted(alert: Alert, query: AlertQuery, after: Place | undefined): boolean {
  const matches = <T>(wanted: T | undefined, is: T): boolean => wanted === undefined || wanted === is;
  return (
    matches(query.patientId, alert.patientId) &&
    matches(query.status, alert.status) &&
    matches(query.priority, alert.priority) &&
    matches(query.type, alert.type) &&
    (query.raisedFromMs === undefined || alert.raisedAtMs >= query.raisedFromMs) &&
    (query.raisedToMs === undefined || alert.raisedAtMs < query.raisedToMs) &&
    (after === undefined || newestFirst(after, alert) < 0)
  );
}

function parsePlace(text: string): Place {
  const match = /^(-?\d+)\.(.+)$/.exec(text);
  if (!match) throw new VitalwireError('rejected', 'no such page', { retriable: false });
  return { raisedAtMs: Number(match[1]), id: match[2]! };
}
