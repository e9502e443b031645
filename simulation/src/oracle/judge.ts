import type { Ward } from '../simulate.ts';
import { acceptedReadings } from './accepted.ts';
import { checkAcknowledged } from './acknowledged.ts';
import { checkAlerts, checkLifecycle, checkStation } from './alerts.ts';
import { checkConditions } from './conditions.ts';
import { checkEventTimes } from './event-times.ts';
import { checkLives } from './lifecycle.ts';
import { checkRolling } from './rolling.ts';
import { checkRegionalStatistics, checkScores, scoreHistory } from './scores.ts';
import { checkRaw, checkWindows } from './tiers.ts';

/** Everything that is not as it was promised, from what was measured and what the engines hold. */
export function judge({ engines, ledger, devices, stations, liveWithinMs }: Ward, endMs: number): string[] {
  const violations: string[] = [];
  const accepted = acceptedReadings(engines.log, ledger, (what) => violations.push(what));
  for (const device of devices) {
    if (!device.outboxEmpty) violations.push(`${device.id} could not send everything`);
  }
  const patients = new Set(accepted.map((one) => one.patientId));
  const histories = new Map(
    [...patients].map((patientId) => {
      const own = accepted.filter((one) => one.patientId === patientId);
      return [patientId, scoreHistory(own, liveWithinMs)] as const;
    }),
  );
  violations.push(...checkAcknowledged(accepted, engines.log, ledger));
  violations.push(...checkEventTimes(accepted, engines.log));
  violations.push(...checkRaw(accepted, engines));
  violations.push(...checkWindows(accepted, engines));
  violations.push(...checkConditions(accepted, engines.log, histories, liveWithinMs, endMs));
  violations.push(...checkScores(histories, engines.analytics, endMs));
  violations.push(...checkRegionalStatistics(histories, engines.analytics));
  violations.push(...checkRolling(accepted, engines.toldLive, liveWithinMs));
  violations.push(...checkLives(engines.alerts, endMs));
  violations.push(...checkAlerts(engines.alerts, engines.log));
  violations.push(...checkLifecycle(engines.alerts, engines.log));
  for (const station of stations) violations.push(...checkStation(station, engines.alerts));
  return violations;
}
