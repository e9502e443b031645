import { observeSequence, type BootSequences, type DeviceSequences } from '../operators/deduplicate.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import type { Tally } from './tally.ts';

/**
 * What is remembered of each device of a partition. A device moved to another patient may be known in two partitions.
 *
 * Nearly every reading is the next one of its device's newest run: that run is in the table, where a reading costs one look-up, and only
 * what a device has besides (other runs, other boots) is kept as the operator takes it.
 */
export interface DeviceMemory {
  /** Row of the table, by device id. */
  readonly rows: Map<string, number>;
  /** A device a row: newest arrival, by which a silent device is forgotten; boot heard last; first and last sequence of its newest run. */
  table: Float64Array;
  /** The runs and boots that are not in the table, by device id, as `DeviceSequences` has them. */
  readonly others: Map<string, readonly BootSequences[]>;
}

const ROW = 4;
const ARRIVED = 0;
const BOOT = 1;
const FIRST = 2;
const LAST = 3;
const FIRST_ROWS = 64;

/** A device silent for longer is forgotten: twice the age of the oldest backfill. */
export const DEVICE_KEPT_MS = 48 * 3_600_000;

export const newDeviceMemory = (): DeviceMemory => ({
  rows: new Map(),
  table: new Float64Array(FIRST_ROWS * ROW),
  others: new Map(),
});

/** Whether the reading was seen before. */
export function isDuplicate(devices: DeviceMemory, input: StreamReading, tally: Tally): boolean {
  const { reading, arrivalMs } = input;
  const { deviceId, bootId, sequence } = reading;
  const row = devices.rows.get(deviceId);
  if (row === undefined) {
    add(devices, deviceId, arrivalMs, bootId, sequence);
    return false;
  }
  const { table } = devices;
  const at = row * ROW;
  if (arrivalMs > table[at + ARRIVED]!) table[at + ARRIVED] = arrivalMs;
  if (table[at + BOOT] === bootId && table[at + LAST] === sequence - 1) {
    table[at + LAST] = sequence;
    return false;
  }
  const device = sequencesOf(devices, deviceId, at);
  const novelty = observeSequence(device, bootId, sequence);
  keep(devices, deviceId, at, device);
  if (novelty.kind === 'new') tally.skipped += novelty.skipped;
  else if (novelty.kind === 'filled') tally.filled++;
  else tally.duplicates++;
  return novelty.kind === 'duplicate';
}

function add(
  devices: DeviceMemory,
  deviceId: string,
  arrivalMs: number,
  bootId: number,
  sequence: number,
): void {
  const row = devices.rows.size;
  const at = row * ROW;
  if (at === devices.table.length) {
    const table = new Float64Array(2 * at);
    table.set(devices.table);
    devices.table = table;
  }
  devices.rows.set(deviceId, row);
  devices.table[at + ARRIVED] = arrivalMs;
  devices.table[at + BOOT] = bootId;
  devices.table[at + FIRST] = sequence;
  devices.table[at + LAST] = sequence;
}

function sequencesOf({ table, others }: DeviceMemory, deviceId: string, at: number): DeviceSequences {
  const [newest, ...older] = others.get(deviceId) ?? [];
  const runs = [...(newest?.runs ?? []), table[at + FIRST]!, table[at + LAST]!];
  return { boots: [{ bootId: table[at + BOOT]!, runs }, ...older] };
}

function keep(
  { table, others }: DeviceMemory,
  deviceId: string,
  at: number,
  { boots: [newest, ...older] }: DeviceSequences,
): void {
  const { bootId, runs } = newest!;
  table[at + BOOT] = bootId;
  table[at + LAST] = runs.pop()!;
  table[at + FIRST] = runs.pop()!;
  if (runs.length > 0 || older.length > 0) others.set(deviceId, [newest!, ...older]);
  else others.delete(deviceId);
}

export function forgetSilentDevices(devices: DeviceMemory, nowMs: number): void {
  const { rows, table, others } = devices;
  const isSilent = (row: number): boolean => nowMs - table[row * ROW + ARRIVED]! >= DEVICE_KEPT_MS;
  let silent = false;
  for (let row = 0; row < rows.size && !silent; row++) silent = isSilent(row);
  if (!silent) return;
  const known = [...rows];
  rows.clear();
  for (const [deviceId, row] of known) {
    if (isSilent(row)) {
      others.delete(deviceId);
      continue;
    }
    // Rows only ever move up, in their order: none is written over that is still to be read.
    table.copyWithin(rows.size * ROW, row * ROW, (row + 1) * ROW);
    rows.set(deviceId, rows.size);
  }
}
