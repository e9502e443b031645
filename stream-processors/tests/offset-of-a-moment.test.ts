import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { describe, expect, it } from 'vitest';
import { offsetAt } from '../src/runtime/resume.ts';
import { MemoryLog } from '../src/testing/memory-log.ts';
import { START_MS } from '../src/testing/readings.ts';

describe('the offset of a moment', () => {
  it.each([
    [START_MS - 1, 0],
    [START_MS, 0],
    [START_MS + 1, 1],
    [START_MS + 2_000, 2],
    [START_MS + 9_000, 9],
    [START_MS + 9_001, 10],
  ])('%i is offset %i', async (fromMs, offset) => {
    const log = new MemoryLog();
    const topic = TOPICS.readings.name;
    log.add(
      Array.from({ length: 10 }, (_, i) => ({
        topic,
        key: 'P1',
        value: null,
        headers: {},
        timestampMs: START_MS + i * 1000,
      })),
    );
    expect(
      await offsetAt(
        log.port(() => true),
        topic,
        0,
        fromMs,
      ),
    ).toBe(offset);
  });
});
