import { describe, expect, it } from 'vitest';
import type { LiveListener, LiveVitals } from '../../ports/live-bus.ts';
import { createLogger } from '../../runtime/logger.ts';
import { liveBusContract } from '../../testing/contracts/live-bus-contract.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { packLatest } from '../../vitals/latest.ts';
import { InProcessLiveBus } from './live-bus.ts';

const logger = createLogger('test', 'silent');

liveBusContract('memory', async () => {
  const clock = new ManualClock();
  const bus = new InProcessLiveBus({ clock, logger });
  return {
    bus,
    peer: async () => bus,
    outlive: () => clock.advance(300_000),
    close: () => bus.close(),
  };
});

describe('InProcessLiveBus', () => {
  const vitals = (measuredAtMs: number): LiveVitals => ({
    patientId: 'P1',
    region: 'West',
    deviceId: 'D1',
    mode: 'real',
    measuredAtMs,
    vitals: packLatest({}),
    pending: [],
  });

  it('keeps vitals for 300 s from their last publication', async () => {
    const clock = new ManualClock();
    const bus = new InProcessLiveBus({ clock, logger });
    await bus.publishVitals([vitals(1)]);
    await clock.advance(299_000);
    await bus.publishVitals([vitals(2)]);
    await clock.advance(299_999);
    expect(await bus.allLatestVitals()).toEqual([vitals(2)]);
    await clock.advance(1);
    expect(await bus.allLatestVitals()).toEqual([]);
    await bus.close();
  });

  it('lets a listener that throws harm nobody else', async () => {
    const bus = new InProcessLiveBus({ clock: new ManualClock(), logger });
    const seen: LiveVitals[] = [];
    const listener = (onVitals: LiveListener['vitals']): LiveListener => ({
      vitals: onVitals,
      presence: () => undefined,
      pulse: () => undefined,
    });
    await bus.subscribe(
      listener(() => {
        throw new Error('broken');
      }),
    );
    await bus.subscribe(listener((updates) => void seen.push(...updates)));
    await bus.publishVitals([vitals(1)]);
    expect(seen).toEqual([vitals(1)]);
    await bus.close();
  });
});
