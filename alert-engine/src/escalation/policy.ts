import type { SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import {
  DEFAULT_POLICY,
  type LifecyclePolicy,
  type PauseInForce,
  type PolicyFor,
} from '../lifecycle/policy.ts';
import { chainFor } from './chain.ts';
import type { EscalationSettings } from './settings.ts';

export interface PolicySources {
  readonly settings: SettingsSource<EscalationSettings>;
  readonly wardOf: (patientId: string) => string | undefined;
  readonly pauseOf: (patientId: string) => PauseInForce | undefined;
  readonly gatewayOf: (patientId: string) => string | undefined;
}

/** What the lifecycle goes by for each patient, as the settings, the directory and the pauses stand when it asks. */
export function policyFrom({ settings, wardOf, pauseOf, gatewayOf }: PolicySources): PolicyFor {
  return (region, patientId): LifecyclePolicy => {
    const { signalDelayMs, reminderMs, escalationMs, assignments } = settings.current();
    return {
      ...DEFAULT_POLICY,
      signalDelayMs,
      reminderMs,
      escalationMs,
      escalationSteps: chainFor({ assignments }, region, wardOf(patientId)).length - 1,
      pause: pauseOf(patientId),
      gateway: gatewayOf(patientId),
    };
  };
}
