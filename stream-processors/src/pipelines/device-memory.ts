import { newDevice, observeSequence, type DeviceSequences } from '../operators/deduplicate.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import type { Tally } from './tally.ts';

/** What is remembered of each device of a partition, by device id. A device moved to another patient may be known in two partitions. */
export type DeviceMemory = Map<string, DeviceSequences>;

/** A device silent for longer is forgotten: twice the age of the oldest backfill. */
export const DEVICE_KEPT_MS = 48 * 3_600_000;

/** Whether the reading was seen before. */
export function isDuplicate(devices: DeviceMemory, input: StreamReading, tally: Tally): boolean {
  const { reading, arrivalMs } = input;
  let device = devices.get(reading.deviceId);
  if (device === undefined) devices.set(reading.deviceId, (device = newDevice()));
  if (arrivalMs > device.lastArrivalMs) device.lastArrivalMs = arrivalMs;
  const novelty = observeSequence(device, reading.bootId, reading.sequence);
  if (novelty.kind === 'new') tally.skipped += novelty.skipped;
  else if (novelty.kind === 'filled') tally.filled++;
  else tally.duplicates++;
  return novelty.kind === 'duplicate';
}

export function forgetSilentDevices(devices: DeviceMemory, nowMs: number): void {
  devices.forEach((device, deviceId) => {
    if (nowMs - device.lastArrivalMs >= DEVICE_KEPT_MS) devices.delete(deviceId);
  });
}
