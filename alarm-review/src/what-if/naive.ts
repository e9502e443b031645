import type { AlarmSettings, VitalLimits } from '@vitalwire/core/alarms/settings.ts';
import { forEachVital } from '@vitalwire/core/vitals/vital.ts';

/** The same limits as a monitor of old judges them: an alarm at each sample that crosses, over with the next that does not; nothing else. */
export function naive(settings: AlarmSettings): AlarmSettings {
  const atOnce = (limits: VitalLimits): VitalLimits =>
    forEachVital((vital) => ({
      low: limits[vital].low.map((tier) => ({ ...tier, delayMs: 0 })),
      high: limits[vital].high.map((tier) => ({ ...tier, delayMs: 0 })),
    }));
  const none = forEachVital(() => 0);
  return {
    ...settings,
    version: 'naive',
    limits: atOnce(settings.limits),
    profiles: Object.fromEntries(
      Object.entries(settings.profiles).map(([profile, limits]) => [profile, atOnce(limits)]),
    ) as AlarmSettings['profiles'],
    delayMs: none,
    criticalDelayMs: none,
    hysteresis: none,
    clearAfterMs: 0,
    absenceMs: Number.MAX_SAFE_INTEGER,
    earlyWarningScore: undefined,
    technical: { batteryLow: undefined, clockWrong: undefined, feedLate: undefined, valueStuckMs: {} },
    trends: [],
  };
}
