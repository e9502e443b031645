import type { LiveBus, LiveVitals } from '@vitalwire/core/ports/live-bus.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { packLatest } from '@vitalwire/core/vitals/latest.ts';
import { expect, it } from 'vitest';
import { processorMetrics } from '../metrics.ts';
import { createLivePublisher } from './live-publisher.ts';

const update = (patientId: string, measuredAtMs: number, rolling: LiveVitals['rolling']): LiveVitals => ({
  patientId,
  region: 'North',
  deviceId: 'monitor-1',
  mode: 'real',
  measuredAtMs,
  vitals: packLatest({}),
  pending: [],
  ...(rolling && { rolling }),
});

it('sends the newest of a patient, with the rolling aggregates of one that it replaces', async () => {
  const sent: LiveVitals[] = [];
  const bus: Pick<LiveBus, 'publishVitals'> = {
    async publishVitals(updates) {
      sent.push(...updates);
    },
  };
  const publisher = createLivePublisher(
    bus as LiveBus,
    new ManualClock(),
    processorMetrics(createRegistry('test')),
  );
  publisher.offer([
    update('P1', 1_000, { heartbeat: {} }),
    update('P2', 1_000, undefined),
    update('P1', 2_000, undefined),
  ]);
  await publisher.stop();
  expect(sent).toEqual([update('P1', 2_000, { heartbeat: {} }), update('P2', 1_000, undefined)]);
});
