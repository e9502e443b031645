/** What the adapter's tests need of a real InfluxDB, named by INFLUX_URL, INFLUX_TOKEN and INFLUX_ORG. */
import { pino } from 'pino';
import { systemClock } from '../../runtime/clock.ts';
import { Registry } from '../../runtime/metrics.ts';
import type { InfluxConnection } from './buckets.ts';
import { influxMetrics } from './metrics.ts';
import type { InfluxDeps } from './time-series.ts';

/** @throws where there is no engine to test: such a test must not pass for lack of one */
export function testInflux(): InfluxConnection {
  const { INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org = 'hospital' } = process.env;
  if (!url || !token)
    throw new Error('INFLUX_URL and INFLUX_TOKEN are not set: engine tests need an InfluxDB to run on');
  return { url, token, org, ca: undefined };
}

export const testDeps: InfluxDeps = {
  clock: systemClock,
  logger: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
  metrics: influxMetrics(new Registry()),
};
