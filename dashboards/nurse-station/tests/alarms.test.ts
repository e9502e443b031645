/** What the alarm model looks like at a bed: limits, crossings being timed, pauses, escalation, technical lines. */
import { describe, expect, it } from 'vitest';
import { desaturation, eventually, visits } from './browser.ts';

const ward = visits(12);

describe('a tile', () => {
  it('shows limits, a crossing being timed with a bar that fills, and a pause counted down', async () => {
    const now = Date.now();
    ward.fake.ward.patient('P1003')!.pending = [
      {
        type: 'low_oxygen_saturation',
        priority: 'medium',
        since: new Date(now - 2000).toISOString(),
        due: new Date(now + 30_000).toISOString(),
      },
    ];
    await ward.open();
    const strip = ward.tile('P1003').locator('.strip[data-state=pending]');
    await eventually(() => strip.textContent()).toContain('SpO₂ low?');
    await eventually(() => strip.locator('.time-left').textContent()).toMatch(/^0:[12]\d$/);
    const width = () => strip.locator('.pending-bar').evaluate((bar) => bar.getBoundingClientRect().width);
    const before = await width();
    await eventually(width).toBeGreaterThan(before);
    expect(await ward.tile('P1003').getAttribute('data-state')).toBe(null);

    const limits = () => ward.tile('P1001').locator('.place-heartbeat .limits').textContent();
    await eventually(limits).toBe('50–120');
    expect(await ward.tile('P1001').locator('.place-oxygen_saturation .limits').textContent()).toBe('≥ 90');

    ward.fake.ward.pause('P1002', 'Maja Lindqvist', 119, Date.now());
    const pause = ward.tile('P1002').locator('.pause');
    await eventually(() => pause.locator('b').textContent()).toMatch(/^1:5\d$/);
    expect(await pause.getAttribute('title')).toContain('Maja Lindqvist');
    ward.fake.ward.resume('P1002');
    await eventually(() => pause.count()).toBe(0);
  });

  it('says how far an alert was escalated, and asks again for what was acknowledged and lasts', async () => {
    await ward.open();
    const alert = ward.fake.alerts.raise('P1004', desaturation);
    ward.fake.alerts.escalate(alert.id);
    await eventually(() => ward.tile('P1004').locator('.strip .escalated').textContent()).toBe('↑1');
    await eventually(() => ward.page.locator('[role=alert]').allTextContents()).toContain(
      'Escalated, step 1, Critical: Bed 4, SpO₂ low, 78 %, limit 80.',
    );

    await ward.tile('P1004').getByRole('button').click();
    await eventually(() => ward.tile('P1004').locator('.strip').textContent()).toContain('✓ Ana Ruiz');
    ward.fake.alerts.remind(alert.id, Date.now());
    await eventually(() => ward.tile('P1004').locator('.strip').textContent()).toContain('Still:');
    await ward
      .tile('P1004')
      .getByRole('button', { name: /Acknowledge/ })
      .waitFor();
  });

  it('shows the limit that was crossed before the score that follows from it, and that there is more', async () => {
    await ward.open();
    ward.fake.alerts.raise('P1006', { type: 'low_oxygen_saturation', priority: 'medium', value: 88 });
    ward.fake.alerts.raise('P1006', { type: 'early_warning_score', priority: 'medium', value: 6 });
    await eventually(() => ward.tile('P1006').locator('.strip-what').textContent()).toBe('SpO₂ low +1');
  });

  it("keeps the device's trouble in a line of its own, apart from the patient's alarm", async () => {
    await ward.open();
    ward.fake.alerts.raise('P1005', { type: 'lead_off', kind: 'technical', priority: 'medium' });
    ward.fake.alerts.raise('P1005', {
      type: 'high_heartrate',
      priority: 'medium',
      value: 130,
      threshold: 120,
    });
    await eventually(() => ward.tile('P1005').locator('.strip').textContent()).toContain('HR high');
    expect(await ward.tile('P1005').locator('.technical').textContent()).toContain('Lead off');
    expect(await ward.tile('P1005').getAttribute('data-tone')).toBe('medium');
    const colour = (selector: string) =>
      ward
        .tile('P1005')
        .locator(selector)
        .evaluate((element) => getComputedStyle(element).color);
    expect(await colour('.technical-what')).not.toBe(await colour('.strip-what'));
  });

  it('has its region only where there are several', async () => {
    for (let id = 1003; id <= 1012; id += 3) ward.fake.ward.patient(`P${id}`)!.region = 'Northeast';
    await ward.open();
    expect(await ward.page.locator('.tile .region').count()).toBe(0);
  });
});

describe('an alert of no single patient', () => {
  it('stands above all beds, and a snapshot brings it too', async () => {
    const storm = ward.fake.alerts.storm();
    await ward.open();
    const row = ward.page.locator(`.area-alerts [data-alert="${storm.id}"]`);
    await eventually(() => row.textContent()).toContain('Gateway away');
    expect(await ward.page.locator('.tile').count()).toBe(12);
  });
});
