import type { DeviceIdentity } from '@vitalwire/core/identity/token.ts';

/** A device and the four topics that are its own, made once a session so that admission only compares. */
export interface Device extends DeviceIdentity {
  readonly readingsTopic: string;
  readonly backfillTopic: string;
  readonly statusTopic: string;
  /** The one topic the device may subscribe to. */
  readonly commandsTopic: string;
}

export function deviceOf(identity: DeviceIdentity): Device {
  const root = `vitals/v1/${identity.region}/${identity.deviceId}`;
  return {
    deviceId: identity.deviceId,
    region: identity.region,
    readingsTopic: `${root}/readings`,
    backfillTopic: `${root}/backfill`,
    statusTopic: `${root}/status`,
    commandsTopic: `${root}/commands`,
  };
}
