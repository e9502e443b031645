import { readFileSync } from 'node:fs';
import { signalOf, type AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import { raised, sampleAlert } from '@vitalwire/core/testing/contracts/alert-samples.ts';
import { describe, expect, it } from 'vitest';
import { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import { parseEscalationSettings } from '../escalation/settings.ts';
import { planFor } from './plan.ts';

const yaml = readFileSync(new URL('../../config/escalation.yaml', import.meta.url), 'utf8').replace(
  'recipients: []',
  `recipients:
  - { name: Ann, role: nurse, webhook: { url: "http://localhost/ann", secret_env: S } }
  - { name: Bo, role: nurse, region: West, ward: B2, webhook: { url: "http://localhost/bo", secret_env: S } }
  - { name: Cy, role: charge_nurse, region: Midwest, webhook: { url: "http://localhost/cy", secret_env: S } }
  - { name: Di, role: charge_nurse, webhook: { url: "http://localhost/di", secret_env: S } }`,
);
const settings = new ReplaceableSettings(parseEscalationSettings(yaml));
const T0_MS = Date.UTC(2026, 0, 1);

const newPlan = () => {
  const plan = planFor(settings, (patientId) => (patientId.startsWith('B') ? 'B2' : 'ICU'));
  return (event: AlertEvent, seconds = 0): { told: string[]; why: string[] } => {
    const { kept, dropped } = plan(event, T0_MS + seconds * 1000);
    return {
      told: kept.map(({ recipient }) => recipient.name),
      why: dropped.map(({ notification, reason }) => `${notification.recipient.name} ${reason}`),
    };
  };
};
const event = (
  changes: Parameters<typeof sampleAlert>[3] = {},
  kind: Partial<AlertEvent> = {},
): AlertEvent => ({
  ...raised(sampleAlert('A', 'West', changes.patientId ?? 'P1', changes)),
  ...kind,
});

describe('who is told', () => {
  it('of an alert that sounds: the first role of the chain, of the ward', () => {
    expect(newPlan()(event())).toEqual({
      told: ['Ann'],
      why: ['Bo other_ward', 'Cy other_ward', 'Di other_step'],
    });
    expect(newPlan()(event({ patientId: 'B7' })).told).toEqual(['Ann', 'Bo']);
  });

  it('of an escalation: the role of its step', () => {
    expect(newPlan()(event({ escalationStep: 1 }, { event: 'escalated' })).told).toEqual(['Di']);
    expect(newPlan()(event({ escalationStep: 2 }, { event: 'escalated' })).told).toEqual([]);
  });

  it('of what is silent, acknowledged, resolved or only news: nobody', () => {
    const nobody = [
      event({ silence: 'paused' }),
      event({ silence: 'delayed' }),
      event({ status: 'acknowledged' }, { event: 'acknowledged' }),
      event({ status: 'resolved' }, { event: 'resolved' }),
      event({}, { event: 'updated', reason: 'condition changed' }),
      event({ endedAtMs: 1 }, { event: 'updated', reason: 'condition ended' }),
    ];
    for (const one of nobody) {
      expect(newPlan()(one), `${one.event} ${signalOf(one.alert)}`).toMatchObject({ told: [] });
      expect(newPlan()(one).why[0]).toBe('Ann nothing_new');
    }
  });

  it.each(['condition worsened', 'condition recurred', 'pause ended', 'signal delay passed', 'reminder'])(
    'of %s: as of a new alert',
    (reason) => {
      expect(newPlan()(event({}, { event: 'updated', reason })).told).toEqual(['Ann']);
    },
  );

  it.each(['test', 'demo'] as const)('in %s: nobody', (mode) => {
    expect(newPlan()(event({ mode, priority: 'critical' })).why[0]).toBe('Ann test_mode');
  });
});

describe('one cause', () => {
  it('pages once, until it is worse or the time is over', () => {
    const plan = newPlan();
    expect(plan(event()).told).toEqual(['Ann']);
    expect(plan(event({ type: 'high_heartrate' }), 10).why).toContain('Ann grouped');
    expect(plan(event({ type: 'early_warning_score', priority: 'high' }), 20).told).toEqual(['Ann']);
    expect(plan(event({ patientId: 'P2' }), 20).told).toEqual(['Ann']);
    expect(plan(event({ type: 'high_temperature' }), 81).told).toEqual(['Ann']);
  });

  it('does not hide a further step', () => {
    const plan = newPlan();
    plan(event());
    expect(plan(event({ escalationStep: 1 }, { event: 'escalated' }), 30).told).toEqual(['Di']);
  });
});

it('so many a minute and no more, but critical and high always', () => {
  const plan = newPlan();
  const told = Array.from({ length: 14 }, (_, i) => plan(event({ patientId: `P${i}` }), i).told.length);
  expect(told).toEqual([...Array.from({ length: 10 }, () => 1), 0, 0, 0, 0]);
  expect(plan(event({ patientId: 'P50', priority: 'high' }), 20).told).toEqual(['Ann']);
  expect(plan(event({ patientId: 'P51' }), 20).why).toContain('Ann rate_limited');
  expect(plan(event({ patientId: 'P52' }), 90).told).toEqual(['Ann']);
});
