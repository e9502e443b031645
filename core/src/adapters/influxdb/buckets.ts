import { InfluxDB } from '@influxdata/influxdb-client';
import { BucketsAPI, OrgsAPI, type Bucket } from '@influxdata/influxdb-client-apis';
import { RETENTION_MS } from '../../ports/time-series.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { influxError, isMissing, isTaken } from './influx-error.ts';

/** The data model's buckets, by tier. */
export const BUCKETS = { raw: 'recent_data', '5m': 'medium_term', '1h': 'long_term' } as const;

type BucketKey = keyof typeof BUCKETS;
const KEYS = Object.keys(BUCKETS) as BucketKey[];

export interface InfluxConnection {
  /** `INFLUX_URL` */
  readonly url: string;
  /** `INFLUX_TOKEN` */
  readonly token: string;
  /** `INFLUX_ORG` */
  readonly org: string;
  /** What is in the file of `INFLUX_TLS_CA` */
  readonly ca: string | undefined;
}

/** A server that takes longer is as good as away; a stop waits no longer for a write under way. */
const TIMEOUT_MS = 10_000;

export const connectInflux = ({ url, token, ca }: InfluxConnection): InfluxDB =>
  new InfluxDB({ url, token, timeout: TIMEOUT_MS, ...(ca && { transportOptions: { ca } }) });

/**
 * Creates the buckets that are not there, each with its retention, and mends the retention of those that are: a job of the deployment.
 * Idempotent, safe when several run at once. @throws VitalwireError `rejected` naming the setting, `unavailable`
 */
export async function ensureBuckets(connection: InfluxConnection): Promise<void> {
  const client = connectInflux(connection);
  const buckets = new BucketsAPI(client);
  try {
    const orgID = await organisationId(client, connection.org);
    for (const key of KEYS) {
      const retentionRules = [{ type: 'expire' as const, everySeconds: RETENTION_MS[key] / 1000 }];
      const found = await findBucket(buckets, connection.org, BUCKETS[key]);
      if (found?.id === undefined) {
        await buckets
          .postBuckets({ body: { orgID, name: BUCKETS[key], retentionRules } })
          .catch((error: unknown) => {
            if (!isTaken(error)) throw error;
          });
      } else if (found.retentionRules[0]?.everySeconds !== retentionRules[0]?.everySeconds) {
        await buckets.patchBucketsID({ bucketID: found.id, body: { retentionRules } });
      }
    }
  } catch (error) {
    throw influxError(error);
  }
}

/** @throws VitalwireError `rejected` naming the setting or the buckets that are not there, `unavailable` */
export async function requireBuckets(client: InfluxDB, org: string): Promise<void> {
  const buckets = new BucketsAPI(client);
  const missing: string[] = [];
  try {
    for (const key of KEYS) {
      if (!(await findBucket(buckets, org, BUCKETS[key]))) missing.push(BUCKETS[key]);
    }
  } catch (error) {
    throw influxError(error);
  }
  if (missing.length === 0) return;
  throw new VitalwireError(
    'rejected',
    `INFLUX_ORG: organisation "${org}" has no bucket ${missing.join(', ')} that INFLUX_TOKEN may see; buckets are made by the setup job, before components start`,
    { retriable: false },
  );
}

async function findBucket(buckets: BucketsAPI, org: string, name: string): Promise<Bucket | undefined> {
  try {
    return (await buckets.getBuckets({ org, name })).buckets?.[0];
  } catch (error) {
    if (isMissing(error) && (error as Error).message.startsWith('bucket')) return undefined;
    throw error;
  }
}

async function organisationId(client: InfluxDB, org: string): Promise<string> {
  const id = (await new OrgsAPI(client).getOrgs({ org })).orgs?.[0]?.id;
  if (id !== undefined) return id;
  throw new VitalwireError('rejected', `INFLUX_ORG: InfluxDB has no organisation "${org}"`, {
    retriable: false,
  });
}
