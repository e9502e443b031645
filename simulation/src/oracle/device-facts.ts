import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import type { TechnicalType } from '@vitalwire/core/alarms/condition.ts';
import { SETTINGS } from '../components/ports.ts';
import type { Expected, Heard } from './expected.ts';

/** Another device of the patient ends what was told of one that has been silent for so long. */
const DEVICE_GONE_MS = 60_000;

/** `clock_wrong`: the gateway corrects the device's clock by more than is let pass, until it need not any more or the device is gone. */
export function clockEvents(patientId: string, heard: readonly Heard[]): Expected[] {
  const rule = SETTINGS.technical.clockWrong;
  if (rule === undefined) return [];
  const events: Expected[] = [];
  let present: { readonly event: Expected; readonly deviceId: string; heardAtMs: number } | undefined;
  for (const { reading } of heard) {
    const { atMs, arrivalMs, deviceId } = reading;
    const isWrong = Math.abs(reading.correctionMs) > rule.offByMs;
    if (present === undefined) {
      if (!isWrong) continue;
      const event = began(patientId, 'clock_wrong', atMs, atMs);
      present = { event, deviceId, heardAtMs: arrivalMs };
      events.push(event);
      continue;
    }
    const isOwn = deviceId === present.deviceId;
    if (isOwn ? !isWrong : arrivalMs - present.heardAtMs >= DEVICE_GONE_MS) {
      events.push(ended(present.event, atMs));
      present = undefined;
    } else if (isOwn) present.heardAtMs = arrivalMs;
  }
  return events;
}

/** `feed_late`: for as long as is let pass, by the arrivals, every newest reading was too old when it came. */
export function latenessEvents(patientId: string, heard: readonly Heard[]): Expected[] {
  const rule = SETTINGS.technical.feedLate;
  if (rule === undefined) return [];
  const events: Expected[] = [];
  const onTime = heard.map(({ reading }) => reading.arrivalMs - reading.atMs <= rule.behindMs);
  let present: Expected | undefined;
  for (const [index, { reading }] of heard.entries()) {
    if (onTime[index] === true) {
      if (present) events.push(ended(present, reading.atMs));
      present = undefined;
      continue;
    }
    const first = heard[onTime.lastIndexOf(true, index) + 1]?.reading;
    if (present || first === undefined || reading.arrivalMs - first.arrivalMs < rule.lastingMs) continue;
    present = began(patientId, 'feed_late', first.atMs, reading.atMs);
    events.push(present);
  }
  return events;
}

function began(patientId: string, type: TechnicalType, onsetMs: number, atMs: number): Expected {
  const id = conditionId(patientId, type, onsetMs);
  return { id, revision: 1, event: 'began', patientId, type, priority: 'low', onsetMs, atMs };
}

const ended = (event: Expected, atMs: number): Expected => ({ ...event, event: 'ended', revision: 2, atMs });
