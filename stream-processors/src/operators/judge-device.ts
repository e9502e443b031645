/**
 * Facts about the device a patient is watched by, each a technical condition (priority low) of its own: begins when a reading says so, ends
 * when one of the same device says otherwise. Another device's readings say nothing about it: the fact ends (`device_changed`) once the
 * patient is assigned another device, or another one sends while its own has been silent for `DEVICE_GONE_MS`.
 */
export interface DeviceFact {
  readonly deviceId: string;
  readonly onsetMs: number;
  /** Arrival of the newest reading of the device. */
  heardAtMs: number;
}

export const DEVICE_GONE_MS = 60_000;

/** What a reading says of a fact: `unknown` is silence, and between two thresholds. */
export type Verdict = 'yes' | 'no' | 'unknown';

export interface FactStep {
  readonly state: DeviceFact | null;
  readonly change: FactChange | undefined;
}

export interface FactChange {
  readonly event: 'began' | 'ended';
  readonly deviceId: string;
  readonly onsetMs: number;
  readonly reason: 'device_changed' | undefined;
}

const NOTHING: FactStep = Object.freeze({ state: null, change: undefined });

export function judgeFact(
  state: DeviceFact | null,
  verdict: Verdict,
  reading: { readonly deviceId: string; readonly atMs: number; readonly arrivalMs: number },
  assignedDeviceId: string | undefined,
): FactStep {
  const { deviceId, atMs, arrivalMs } = reading;
  if (state === null) {
    if (verdict !== 'yes') return NOTHING;
    const began: DeviceFact = { deviceId, onsetMs: atMs, heardAtMs: arrivalMs };
    return { state: began, change: { event: 'began', deviceId, onsetMs: atMs, reason: undefined } };
  }
  const ended = (reason: FactChange['reason']): FactStep => ({
    state: null,
    change: { event: 'ended', deviceId: state.deviceId, onsetMs: state.onsetMs, reason },
  });
  if (deviceId === state.deviceId) {
    state.heardAtMs = arrivalMs;
    return verdict === 'no' ? ended(undefined) : { state, change: undefined };
  }
  const isAnothers = assignedDeviceId !== undefined && assignedDeviceId !== state.deviceId;
  if (isAnothers || arrivalMs - state.heardAtMs >= DEVICE_GONE_MS) return ended('device_changed');
  return { state, change: undefined };
}
