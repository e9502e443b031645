import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { describe, expect, it } from 'vitest';
import { Ward, away } from './ward.ts';

describe('storage', () => {
  it('lets records gather between two batches where it is asked to, and stops without waiting for more', async () => {
    const ward = new Ward();
    const batches: number[] = [];
    const stores = ward.stores.timeSeries();
    const writeRaw: TimeSeries['writeRaw'] = (points) => {
      batches.push(points.length);
      return stores.writeRaw(points);
    };
    const pipeline = await ward.storage({ writeRaw }, { gatherMs: 250 });
    for (let i = 0; i < 9; i++) {
      ward.log.add([ward.record(97)]);
      await ward.clock.advance(50);
    }
    // The first at once, then what came in a quarter of a second.
    expect(batches).toEqual([1, 4]);
    await pipeline.stop();
    expect(ward.stores.checkpoints.get('storage')!.nextOffset).toBe(5);
  });

  it('lets alerts that are behind go first, and catches up after them', async () => {
    const ward = new Ward();
    const held = Promise.withResolvers<void>();
    const alerting = await ward.alerting(undefined, undefined, () => held.promise);
    const storage = await ward.storage({}, { urgent: alerting });
    ward.log.add([ward.record(97)]);
    await ward.clock.advance(300);
    expect(ward.stores.raw.size).toBe(0);
    held.resolve();
    await ward.clock.advance(2_000);
    expect(ward.stores.raw.size).toBe(1);
    await Promise.all([storage.stop(), alerting.stop()]);
  });

  it('stalls while the store is away, and catches up', async () => {
    const ward = new Ward();
    let there = false;
    const series = ward.stores.timeSeries();
    const pipeline = await ward.storage({
      writeRaw: (points) => (there ? series.writeRaw(points) : away()),
    });
    await ward.live(30, 97);
    expect(ward.stores.raw.size).toBe(0);
    expect(ward.stores.checkpoints.size).toBe(0);
    there = true;
    await ward.clock.advance(10_000);
    expect(ward.stores.raw.size).toBe(30);
    await pipeline.stop();
    expect(ward.stores.checkpoints.get('storage')!.nextOffset).toBe(30);
  });

  // The first row of all is due within the patient's first minute.
  it.each([
    { what: 'once, however much of the stream it takes', batchMs: 0, rows: [60, 600] },
    { what: 'every minute that it takes', batchMs: 30_000, rows: [60, 120, 240, 360, 480, 600] },
  ])('writes the row of an open window while it catches up $what', async ({ batchMs, rows }) => {
    const ward = new Ward();
    for (let second = 0; second < 600; second++) {
      ward.log.add([ward.record(97)]);
      await ward.clock.advance(1_000);
    }
    const log = ward.log.port(() => true);
    const inMinutes: EventLog = {
      ...log,
      consume: (subscription) => log.consume({ ...subscription, maxBatchRecords: 60 }),
    };
    const counts: (number | undefined)[] = [];
    const stores = ward.stores.timeSeries();
    const pipeline = await ward.storage(
      {
        async writeRaw(points) {
          await ward.clock.sleep(batchMs);
          return stores.writeRaw(points);
        },
        writeWindows(windows) {
          for (const { tier, vitals } of windows)
            if (tier === '1h') counts.push(vitals.oxygen_saturation?.count);
          return stores.writeWindows(windows);
        },
      },
      { log: inMinutes },
    );
    for (let second = 0; second < 10 * (batchMs / 1_000) + 2; second++) await ward.clock.advance(1_000);
    expect(ward.stores.raw.size).toBe(600);
    expect(counts).toEqual(rows);
    await pipeline.stop();
  });

  it('fails when the store refuses, and saves nothing of what it could not store', async () => {
    const ward = new Ward();
    const pipeline = await ward.storage({
      writeRaw: () => Promise.reject(new VitalwireError('rejected', 'no such bucket', { retriable: false })),
    });
    ward.log.add([ward.record(97)]);
    await expect(pipeline.failed).rejects.toThrow('no such bucket');
    await ward.clock.advance(30_000);
    expect(ward.stores.checkpoints.size).toBe(0);
  });

  it('stops while the store is away, and goes on from its checkpoint', async () => {
    const ward = new Ward();
    const stalled = await ward.storage({ writeRaw: away });
    ward.log.add([ward.record(97)]);
    await ward.clock.advance(1_000);
    await stalled.stop().catch(() => {});
    expect(ward.stores.checkpoints.size).toBe(0);
    const pipeline = await ward.storage();
    await ward.clock.advance(1_000);
    expect(ward.stores.raw.size).toBe(1);
    await pipeline.stop();
  });
});

describe('poison', () => {
  it('is set aside with its reason and where it came from, and the stream goes on', async () => {
    const ward = new Ward();
    const pipeline = await ward.storage();
    ward.log.add([
      ward.record(97),
      { ...ward.record(97), value: Buffer.from('no reading') },
      { ...ward.record(97), headers: { clock_correction_ms: 'soon' } },
      ward.record(97),
    ]);
    await ward.clock.advance(1_000);
    expect(ward.log.records(TOPICS.deadLetters.name).map(({ headers }) => headers)).toEqual([
      expect.objectContaining({
        reason: 'decode',
        pipeline: 'storage',
        topic: 'vitals.readings',
        offset: '1',
      }),
      expect.objectContaining({ reason: 'operator', offset: '2', clock_correction_ms: 'soon' }),
    ]);
    expect(ward.log.records(TOPICS.deadLetters.name)[0]?.value).toEqual(Buffer.from('no reading'));
    expect(ward.stores.raw.size).toBe(1);
    await pipeline.stop();
  });

  it('in every record stops the pipeline loudly, with nothing skipped', async () => {
    const ward = new Ward();
    const pipeline = await ward.storage();
    ward.log.add(Array.from({ length: 200 }, () => ({ ...ward.record(97), value: Buffer.from('x') })));
    await expect(pipeline.failed).rejects.toThrow(/more than a tenth/);
    await ward.clock.advance(60_000);
    expect(ward.stores.checkpoints.size).toBe(0);
  });
});

describe('a task whose partition moved to another member', () => {
  it('leaves to it what still comes', async () => {
    const ward = new Ward();
    const log = ward.log.port(() => true);
    const moved: EventLog = {
      ...log,
      consume: (subscription) =>
        log.consume({
          ...subscription,
          assigned: (partition, group) =>
            subscription.assigned(partition, {
              ...group,
              commit: () =>
                Promise.reject(
                  new VitalwireError('superseded', 'another member has it', { retriable: false }),
                ),
            }),
        }),
    };
    const pipeline = await ward.storage({}, { log: moved });
    await ward.live(10, 97);
    const stored = ward.stores.raw.size;
    expect(stored).toBeLessThan(10);
    await ward.live(10, 97);
    expect(ward.stores.raw.size).toBe(stored);
    await pipeline.stop();
  });
});
