import { encodeShare, type RegionalShare } from '@vitalwire/core/clinical/regional-share.ts';
import { encodeRiskScore } from '@vitalwire/core/clinical/risk-score-codec.ts';
import type { Analytics, RegionalStatistics, RiskScore } from '@vitalwire/core/ports/analytics.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { expect, it } from 'vitest';
import { processorMetrics } from '../metrics.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { MemoryStores } from '../testing/memory-stores.ts';
import { START_MS } from '../testing/readings.ts';
import { startRiskWriter, type RiskWriter } from './start-risk-writer.ts';

class Desk {
  readonly clock = new ManualClock(START_MS);
  readonly log = new MemoryLog();
  readonly stores = new MemoryStores();

  start(over: Partial<Analytics> = {}, gatherMs: number = 0): Promise<RiskWriter> {
    return startRiskWriter({
      log: this.log.port(() => true),
      analytics: { ...this.stores.analytics(), ...over },
      clock: this.clock,
      random: () => 0.5,
      logger: createLogger('test', 'silent'),
      metrics: processorMetrics(createRegistry('test')),
      gatherMs,
      way: undefined,
    });
  }

  add(topic: string, key: string, value: Uint8Array): void {
    this.log.add([{ topic, key, value, headers: {}, timestampMs: this.clock.now() }]);
  }

  share(partition: number, over: Partial<RegionalShare> = {}): void {
    const share = { region: 'West', hourMs: START_MS, scoreSum: 6, high: 0, medium: 1, low: 1, ...over };
    this.add(TOPICS.regionalShares.name, share.region, encodeShare(share, partition));
  }

  score(atMs: number): RiskScore {
    const score: RiskScore = {
      region: 'West',
      patientId: 'P1',
      atMs,
      score: 6,
      alertLevel: 'medium',
      factors: { heartbeat: 1, respiratory_rate: 3 },
      sources: ['D1', 'chart'],
      partial: true,
      assumed: ['consciousness'],
    };
    this.add(TOPICS.riskScores.name, 'P1', encodeRiskScore(score));
    return score;
  }
}

it('writes scores as they come, leaving out what cannot be read', async () => {
  const desk = new Desk();
  const first = desk.score(START_MS);
  desk.add(TOPICS.riskScores.name, 'P1', Buffer.from('no score'));
  const writer = await desk.start();
  await desk.clock.advance(10);
  const second = desk.score(START_MS + 1);
  await desk.clock.advance(10);
  expect([...desk.stores.riskScores.values()]).toEqual([first, second]);
  await writer.stop();
});

it('lets scores gather between two writes where it is asked to', async () => {
  const desk = new Desk();
  const batches: number[] = [];
  const writeRiskScores: Analytics['writeRiskScores'] = async (scores) => void batches.push(scores.length);
  const writer = await desk.start({ writeRiskScores }, 250);
  for (let i = 0; i < 9; i++) {
    desk.score(START_MS + i);
    await desk.clock.advance(50);
  }
  expect(batches).toEqual([1, 4]);
  await writer.stop();
});

it('adds up the shares of all partitions, the newest of each, however often they come', async () => {
  const desk = new Desk();
  const writer = await desk.start();
  desk.share(0);
  desk.share(1, { scoreSum: 20, high: 2, medium: 0, low: 0 });
  desk.share(0, { region: 'East', scoreSum: 0, low: 4, medium: 0 });
  await desk.clock.advance(10);
  const west = (): RegionalStatistics | undefined => desk.stores.regions.get(`West ${START_MS}`);
  expect(west()).toMatchObject({ averageRiskScore: 26 / 4, highRisk: 2, mediumRisk: 1, lowRisk: 1 });
  desk.share(1, { scoreSum: 20, high: 2, medium: 0, low: 0 });
  desk.share(2, { scoreSum: 0, medium: 0, low: 1 });
  await desk.clock.advance(10);
  expect(west()).toMatchObject({ averageRiskScore: 26 / 5, highRisk: 2, mediumRisk: 1, lowRisk: 2 });
  await writer.stop();
});

it('knows after a restart the shares of before', async () => {
  const desk = new Desk();
  const writer = await desk.start();
  desk.share(0);
  await desk.clock.advance(10);
  await writer.stop();
  const next = await desk.start();
  desk.share(1);
  await desk.clock.advance(10);
  expect(desk.stores.regions.get(`West ${START_MS}`)).toMatchObject({ mediumRisk: 2, lowRisk: 2 });
  await next.stop();
});

it('waits while the store is away, and fails when it refuses', async () => {
  const desk = new Desk();
  let there = false;
  const analytics = desk.stores.analytics();
  const writer = await desk.start({
    writeRiskScores: (scores) =>
      there
        ? analytics.writeRiskScores(scores)
        : Promise.reject(new VitalwireError('unavailable', 'away', { retriable: true })),
  });
  desk.score(START_MS);
  await desk.clock.advance(1_000);
  expect(desk.stores.riskScores.size).toBe(0);
  there = true;
  await desk.clock.advance(10_000);
  expect(desk.stores.riskScores.size).toBe(1);
  await writer.stop();
  const refused = await desk.start({
    writeRiskScores: () => Promise.reject(new VitalwireError('rejected', 'no table', { retriable: false })),
  });
  desk.score(START_MS + 1);
  await desk.clock.advance(1_000);
  await expect(refused.failed).rejects.toThrow('no table');
});
