import type { TechnicalSettings } from '@vitalwire/core/alarms/settings.ts';
import type { Verdict } from './judge-device.ts';

/** The device's clock is wrong (`clock_wrong`): the gateway had to correct it by more than is let pass, until it need not any more. */
export function judgeClock(rule: TechnicalSettings['clockWrong'], correctionMs: number): Verdict {
  return rule !== undefined && Math.abs(correctionMs) > rule.offByMs ? 'yes' : 'no';
}
