import { expect, test } from 'vitest';
import { lagIn } from './pipeline-lag.ts';

test('the lag of a pipeline is that of all its partitions', () => {
  const metrics = `# TYPE vitalwire_pipeline_lag_records gauge
vitalwire_pipeline_lag_records{pipeline="alerting",partition="0",component="embedded"} 3
vitalwire_pipeline_lag_records{pipeline="storage",partition="0",component="embedded"} 40
vitalwire_pipeline_lag_records{pipeline="alerting",partition="1",component="embedded"} 4
vitalwire_pipeline_watermark_lag_seconds{pipeline="alerting",partition="1"} 9
`;
  expect(lagIn(metrics)).toEqual({ alerting: 7, storage: 40 });
});
