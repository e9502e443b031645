import {
  DEFAULT_POLICY,
  type LifecyclePolicy,
  type PauseInForce,
  type PolicyFor,
} from '../lifecycle/policy.ts';
import { chainFor } from './chain.ts';
import type { EscalationSettings } from './settings.ts';

export interface PolicySources {
  readonly settings: EscalationSettings;
  readonly wardOf: (patientId: string) => string | undefined;
  readonly pauseOf: (patientId: string) => PauseInForce | undefined;
  readonly gatewayOf: (patientId: string) => string | undefined;
}

/** What the lifecycle goes by for each patient, as the settings, the directory and the pauses stand when it asks. */
export function policyFrom({ settings, wardOf, pauseOf, gatewayOf }: PolicySources): PolicyFor {
  const { signalDelayMs, reminderMs, escalationMs } = settings;
  return (region, patientId): LifecyclePolicy => ({
    ...DEFAULT_POLICY,
    signalDelayMs,
    reminderMs,
    escalationMs,
    escalationSteps: chainFor(settings, region, wardOf(patientId)).length - 1,
    pause: pauseOf(patientId),
    gateway: gatewayOf(patientId),
  });
}
