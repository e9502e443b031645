import type { InfluxDB } from '@influxdata/influxdb-client';
import { BucketsAPI, OrgsAPI } from '@influxdata/influxdb-client-apis';
import { RETENTION_MS } from '../../ports/time-series.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { influxError } from './influx-error.ts';

/** The data model's buckets, by tier. */
export const BUCKETS = { raw: 'recent_data', '5m': 'medium_term', '1h': 'long_term' } as const;

type BucketKey = keyof typeof BUCKETS;

/**
 * Creates the buckets that are not there, each with its retention, and mends the retention of those that are. Idempotent, safe when several
 * processes run it at once. @throws VitalwireError `rejected` naming the setting, `unavailable`
 */
export async function ensureBuckets(client: InfluxDB, org: string): Promise<void> {
  const buckets = new BucketsAPI(client);
  const orgID = await organisationId(client, org);
  for (const key of Object.keys(BUCKETS) as BucketKey[]) {
    const name = BUCKETS[key];
    const retentionRules = [{ type: 'expire' as const, everySeconds: RETENTION_MS[key] / 1000 }];
    try {
      const found = (await buckets.getBuckets({ orgID, name })).buckets?.[0];
      if (found?.id === undefined) await buckets.postBuckets({ body: { orgID, name, retentionRules } });
      else if (found.retentionRules[0]?.everySeconds !== retentionRules[0]?.everySeconds) {
        await buckets.patchBucketsID({ bucketID: found.id, body: { retentionRules } });
      }
    } catch (error) {
      // Another process made it between the look and the making.
      if (!alreadyThere(error)) throw influxError(error);
    }
  }
}

async function organisationId(client: InfluxDB, org: string): Promise<string> {
  try {
    const id = (await new OrgsAPI(client).getOrgs({ org })).orgs?.[0]?.id;
    if (id !== undefined) return id;
  } catch (error) {
    const failure = influxError(error);
    if (failure.retriable || !failure.message.includes('404')) throw failure;
  }
  throw new VitalwireError('rejected', `INFLUX_ORG: InfluxDB has no organisation "${org}"`, {
    retriable: false,
  });
}

function alreadyThere(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 422;
}
