import { beforeAll } from 'vitest';
import type { TimeSeries } from '../../ports/time-series.ts';
import { timeSeriesContract } from '../../testing/contracts/time-series-contract.ts';
import { ensureBuckets } from './buckets.ts';
import { testDeps, testInflux } from './influx-harness.ts';
import { openInfluxTimeSeries } from './time-series.ts';

beforeAll(() => ensureBuckets(testInflux()));

timeSeriesContract('InfluxDB', async () => {
  const open = (): Promise<TimeSeries> => openInfluxTimeSeries(testInflux(), testDeps);
  let series = await open();
  return {
    get series() {
      return series;
    },
    reopen: async () => {
      // Nothing of the adapter outlives a call; what is written is the server's.
      series = await open();
    },
    close: () => series.close(),
  };
});
