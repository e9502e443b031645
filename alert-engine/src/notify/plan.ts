import type { Alert, AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import { chainFor } from '../escalation/chain.ts';
import type { EscalationSettings } from '../escalation/settings.ts';
import { chainStep } from './stages/chain-step.ts';
import { grouping } from './stages/grouping.ts';
import { rate } from './stages/rate.ts';
import { realMode } from './stages/real-mode.ts';
import { somethingNew } from './stages/something-new.ts';
import type { Notification, Stage, Staged } from './stages/stage.ts';

/** Who is told of an event: every recipient, less those whom a stage takes out. */
export type Plan = (event: AlertEvent, nowMs: number) => Staged;

export function planFor(
  settings: SettingsSource<EscalationSettings>,
  wardOf: (patientId: string) => string | undefined,
): Plan {
  const chainOf = (alert: Alert) => chainFor(settings.current(), alert.region, wardOf(alert.patientId));
  const stages: readonly Stage[] = [
    realMode,
    somethingNew,
    chainStep(chainOf, wardOf),
    grouping(() => settings.current().groupMs),
    rate(() => settings.current().perMinute),
  ];
  return (event, nowMs) => {
    let kept: readonly Notification[] = settings
      .current()
      .recipients.map((recipient) => ({ event, recipient }));
    const dropped: Staged['dropped'][number][] = [];
    for (const stage of stages) {
      const staged = stage(kept, nowMs);
      kept = staged.kept;
      dropped.push(...staged.dropped);
    }
    return { kept, dropped };
  };
}
