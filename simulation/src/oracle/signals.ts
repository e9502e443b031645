import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import { SETTINGS } from '../components/ports.ts';
import type { Accepted } from './accepted.ts';
import type { Expected, Heard } from './expected.ts';

/**
 * Who was heard when, and the silences of `absenceMs` in between. A silence between arrivals must be told; one that only stood while a
 * reading was on its way into the log may be (`wasTold`).
 */
export function signalOf(
  readings: readonly Accepted[],
  liveWithinMs: number,
  wasTold: (onsetMs: number) => boolean,
  endMs: number,
): { heard: Heard[]; events: Expected[] } {
  const heard: Heard[] = [];
  const events: Expected[] = [];
  const first = readings[0];
  if (first === undefined) return { heard, events };
  let last = { arrivalMs: first.arrivalMs, atMs: Math.min(first.atMs, first.arrivalMs) - 1 };
  let lostSince: number | undefined;
  let losses = 0;
  const silence = (arrivalMs: number, knownMs: number): void => {
    const dueMs = last.arrivalMs + SETTINGS.absenceMs;
    if (lostSince !== undefined || knownMs < dueMs || (arrivalMs < dueMs && !wasTold(last.atMs))) return;
    lostSince = last.atMs;
    losses++;
    events.push(signalEvent(first.patientId, 'began', last.atMs, dueMs));
  };
  for (const [place, reading] of readings.entries()) {
    silence(reading.arrivalMs, Math.max(reading.arrivalMs, reading.durableAtMs));
    const live = reading.arrivalMs - reading.atMs <= liveWithinMs;
    if (!live || reading.atMs <= last.atMs) continue;
    if (lostSince !== undefined) events.push(signalEvent(first.patientId, 'ended', lostSince, reading.atMs));
    lostSince = undefined;
    last = { arrivalMs: Math.max(last.arrivalMs, reading.arrivalMs), atMs: reading.atMs };
    heard.push({ reading, place, losses });
  }
  silence(endMs, endMs);
  return { heard, events };
}

function signalEvent(patientId: string, event: 'began' | 'ended', onsetMs: number, atMs: number): Expected {
  return {
    id: conditionId(patientId, 'signal_lost', onsetMs),
    revision: event === 'began' ? 1 : 2,
    event,
    patientId,
    type: 'signal_lost',
    priority: 'low',
    onsetMs,
    atMs,
  };
}

const LEAD_OFF_MS = 10_000;

/** A lead that no reading said was on for ten seconds; a loss of the signal starts the watch over. */
export function leadOffEvents(patientId: string, heard: readonly Heard[]): Expected[] {
  const events: Expected[] = [];
  let since: { readonly atMs: number; readonly losses: number } | undefined;
  let present: Expected | undefined;
  for (const { reading, losses } of heard) {
    const { atMs } = reading;
    if (reading.validity['respiratory_rate'] !== 'not_available') {
      if (present) events.push({ ...present, event: 'ended', revision: 2, atMs });
      since = undefined;
      present = undefined;
      continue;
    }
    if (since === undefined || (present === undefined && since.losses !== losses)) since = { atMs, losses };
    if (present !== undefined || atMs - since.atMs < LEAD_OFF_MS) continue;
    const onsetMs = since.atMs;
    const id = conditionId(patientId, 'lead_off', onsetMs);
    present = {
      id,
      revision: 1,
      event: 'began',
      patientId,
      type: 'lead_off',
      priority: 'low',
      onsetMs,
      atMs,
    };
    events.push(present);
  }
  return events;
}
