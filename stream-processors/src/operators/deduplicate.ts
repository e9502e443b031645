/**
 * Recognises a reading that was seen before by (device_id, boot_id, sequence), whatever the order of arrival.
 *
 * Bounds. Of each device the 4 boots heard last are remembered, and of each boot the 64 highest runs of consecutive sequences; a stream
 * without holes is one run however long it is, a hole that is filled closes up. What falls below the runs kept counts as new: a reading is
 * then handled twice rather than lost, which stores absorb (they key by patient, device and moment) and alarms ignore (it is late).
 */
export interface DeviceSequences {
  /** The boot heard last comes first. */
  readonly boots: BootSequences[];
}

export interface BootSequences {
  readonly bootId: number;
  /** Ascending, disjoint, not adjacent: [first, last, first, last, …]. */
  readonly runs: number[];
}

export const BOOTS_KEPT = 4;
export const RUNS_KEPT = 64;

/** `skipped`: sequences jumped over, missing so far. `filled`: a hole, or a part of one, was filled after all. */
export type Novelty =
  | { readonly kind: 'new'; readonly skipped: number }
  | { readonly kind: 'filled' }
  | { readonly kind: 'duplicate' };

const IN_ORDER: Novelty = Object.freeze({ kind: 'new', skipped: 0 });
const FILLED: Novelty = Object.freeze({ kind: 'filled' });
const DUPLICATE: Novelty = Object.freeze({ kind: 'duplicate' });

export const newDevice = (): DeviceSequences => ({ boots: [] });

/** Changes `device` in place (its owner is the partition's state): one object a reading would be the most garbage of all operators. */
export function observeSequence(device: DeviceSequences, bootId: number, sequence: number): Novelty {
  const { runs } = bootOf(device, bootId);
  const end = runs.length - 1;
  const highest = runs[end];
  if (highest === undefined) {
    runs.push(sequence, sequence);
    return IN_ORDER;
  }
  if (sequence === highest + 1) {
    runs[end] = sequence;
    return IN_ORDER;
  }
  if (sequence > highest) {
    runs.push(sequence, sequence);
    if (runs.length > RUNS_KEPT * 2) runs.splice(0, 2);
    return { kind: 'new', skipped: sequence - highest - 1 };
  }
  return insertBelow(runs, sequence);
}

function bootOf(device: DeviceSequences, bootId: number): BootSequences {
  const { boots } = device;
  const newest = boots[0];
  if (newest !== undefined && newest.bootId === bootId) return newest;
  const known = boots.findIndex((boot) => boot.bootId === bootId);
  const boot = known < 0 ? { bootId, runs: [] } : boots.splice(known, 1)[0]!;
  boots.unshift(boot);
  if (boots.length > BOOTS_KEPT) boots.pop();
  return boot;
}

function insertBelow(runs: number[], sequence: number): Novelty {
  // The run at or after the sequence: disorder is shallow, so the search starts at the end.
  let at = runs.length - 2;
  while (at >= 2 && runs[at - 1]! >= sequence) at -= 2;
  if (sequence >= runs[at]!) return DUPLICATE;
  const joinsNext = sequence === runs[at]! - 1;
  const joinsPrevious = at >= 2 && sequence === runs[at - 1]! + 1;
  if (joinsNext && joinsPrevious) runs.splice(at - 1, 2);
  else if (joinsNext) runs[at] = sequence;
  else if (joinsPrevious) runs[at - 1] = sequence;
  else {
    runs.splice(at, 0, sequence, sequence);
    if (runs.length > RUNS_KEPT * 2) runs.splice(0, 2);
  }
  return FILLED;
}
