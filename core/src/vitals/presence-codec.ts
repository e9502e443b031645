/** A device's presence as it stands on `devices.presence`: JSON, snake_case, ISO 8601 time with milliseconds. */
import { z } from 'zod';
import type { DevicePresence } from '../ports/live-bus.ts';
import { fromIso, toIso } from '../runtime/iso-time.ts';

const presenceSchema = z.object({
  device_id: z.string(),
  patient_id: z.string(),
  region: z.string(),
  state: z.enum(['connected', 'born', 'dead', 'lost']),
  boot_id: z.int().nonnegative(),
  at: z.iso.datetime(),
  battery_percent: z.number().nullable(),
  gateway: z.string().optional(),
});

export function encodePresence(presence: DevicePresence): Uint8Array {
  const document: z.infer<typeof presenceSchema> = {
    device_id: presence.deviceId,
    patient_id: presence.patientId,
    region: presence.region,
    state: presence.state,
    boot_id: presence.bootId,
    at: toIso(presence.atMs),
    battery_percent: presence.batteryPercent ?? null,
    ...(presence.gateway !== undefined && { gateway: presence.gateway }),
  };
  return Buffer.from(JSON.stringify(document));
}

/** @throws SyntaxError or ZodError where the bytes are not a presence. */
export function decodePresence(bytes: Uint8Array): DevicePresence {
  const document = presenceSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return {
    deviceId: document.device_id,
    patientId: document.patient_id,
    region: document.region,
    state: document.state,
    bootId: document.boot_id,
    atMs: fromIso(document.at),
    batteryPercent: document.battery_percent ?? undefined,
    ...(document.gateway !== undefined && { gateway: document.gateway }),
  };
}
