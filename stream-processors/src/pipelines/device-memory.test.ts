import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newDevice, observeSequence } from '../operators/deduplicate.ts';
import { aReading } from '../testing/readings.ts';
import { DEVICE_KEPT_MS, forgetSilentDevices, isDuplicate, newDeviceMemory } from './device-memory.ts';
import { newTally } from './tally.ts';

const reading = (deviceId: string, bootId: number, sequence: number, arrivalMs = 0) => ({
  reading: aReading({}, { deviceId, bootId, sequence }),
  atMs: 0,
  arrivalMs,
  clockCorrectionMs: 0,
});

const sent = fc.record({
  device: fc.constantFrom('D1', 'D2'),
  boot: fc.integer({ min: 1, max: 6 }),
  sequence: fc.integer({ min: 1, max: 40 }),
  /** Readings that follow in order: the usual case. */
  more: fc.integer({ min: 0, max: 5 }),
});

it('says of every reading what the operator says of it, whichever way it is kept', () => {
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 120 }), (all) => {
      const [memory, tally, expected] = [newDeviceMemory(), newTally(), newTally()];
      const devices = { D1: newDevice(), D2: newDevice() };
      for (const { device, boot, sequence: first, more } of all) {
        for (let sequence = first; sequence <= first + more; sequence++) {
          const novelty = observeSequence(devices[device], boot, sequence);
          const isKnown = isDuplicate(memory, reading(device, boot, sequence), tally);
          expect(isKnown).toBe(novelty.kind === 'duplicate');
          if (novelty.kind === 'new') expected.skipped += novelty.skipped;
          else if (novelty.kind === 'filled') expected.filled++;
          else expected.duplicates++;
        }
      }
      expect(tally).toEqual(expected);
    }),
  );
});

it('forgets who has been silent for two days, and nobody else', () => {
  const [memory, tally] = [newDeviceMemory(), newTally()];
  const hear = (device: number, sequence: number, arrivalMs: number): boolean =>
    isDuplicate(memory, reading(`D${device}`, 1, sequence, arrivalMs), tally);
  for (let device = 0; device < 200; device++) hear(device, 1, 0);
  // A hole each: these are kept beside the table too.
  for (let device = 0; device < 200; device += 3) hear(device, 5, 1_000);
  forgetSilentDevices(memory, DEVICE_KEPT_MS);
  expect([memory.rows.size, memory.others.size]).toEqual([67, 67]);
  for (let device = 0; device < 200; device++) expect(hear(device, 1, DEVICE_KEPT_MS)).toBe(device % 3 === 0);
  forgetSilentDevices(memory, 3 * DEVICE_KEPT_MS);
  expect([memory.rows.size, memory.others.size]).toEqual([0, 0]);
});
