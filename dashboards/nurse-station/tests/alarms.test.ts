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
        due: new Date(now + 90_000).toISOString(),
      },
    ];
    await ward.open();
    const strip = ward.tile('P1003').locator('.strip[data-state=pending]');
    await eventually(() => strip.textContent()).toContain('SpO₂ low?');
    await eventually(() => strip.locator('.time-left').textContent()).toMatch(/^(1:[0-2]|0:[1-5])\d$/);
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

  it('has it in the lists too: bed 3 of two regions are two beds', async () => {
    await ward.open();
    ward.fake.alerts.raise('P1003', { type: 'high_heartrate', priority: 'medium' });
    await ward.page.goto(`${ward.fake.url}/#/alerts`);
    await eventually(() => ward.page.locator('.alert-whose small').textContent()).toContain(', Southwest');
    await ward.page.goto(`${ward.fake.url}/#/log`);
    await eventually(() => ward.page.locator('.log-line').textContent()).toContain('Southwest');
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

describe('what came out of a backlog', () => {
  const backlog = {
    type: 'high_heartrate',
    priority: 'critical',
    value: 155,
    threshold: 150,
    onset: new Date(Date.now() - 900_000).toISOString(),
  } as const;

  it('is marked, and neither flashes nor is said while the engine holds it off; the log keeps the mark', async () => {
    await ward.open();
    const late = ward.fake.alerts.raise('P1003', { ...backlog, late: true, signal: 'delayed' });
    const tile = ward.tile('P1003');
    await eventually(() => tile.getAttribute('data-state')).toBe('held');
    expect(await tile.locator('.strip').textContent()).toContain('LATE');
    const flashing = () =>
      tile.evaluate((element) =>
        element
          .getAnimations({ subtree: true })
          .some((each) => each instanceof CSSAnimation && each.animationName === 'flash'),
      );
    expect(await flashing()).toBe(false);
    expect(await ward.page.locator('[role=alert]').allTextContents()).toEqual(['']);

    // It lasts: from now on it is an alarm as any other.
    ward.fake.alerts.change(late.id, { signal: 'on' }, 'updated');
    await eventually(() => tile.getAttribute('data-state')).toBe('active');
    expect(await flashing()).toBe(true);
    await eventually(async () =>
      (await ward.page.locator('[role=alert]').allTextContents()).join(),
    ).toContain('Critical: Bed 3, HR high');
    ward.fake.alerts.close(late.id);
    await ward.page.goto(`${ward.fake.url}/#/log`);
    await eventually(() => ward.page.locator('.log-line .chip-told').allTextContents()).toEqual([
      'TOLD LATE',
    ]);
  });

  it('and was found afterwards alone, is in the log and on the open patient page, and nowhere else', async () => {
    await ward.open('nurse', '#/patients/P1003');
    await ward.page.locator('.history .hint').waitFor();
    ward.fake.alerts.raise('P1003', {
      ...backlog,
      status: 'resolved',
      signal: 'off',
      historical: true,
      ended_at: new Date(Date.now() - 840_000).toISOString(),
      resolved_at: new Date().toISOString(),
    });
    await eventually(() => ward.page.locator('.history .alert-row').textContent()).toContain('FOUND LATER');
    expect(await ward.page.locator('.history .alert-row').textContent()).toContain('Nobody was told');
    expect(await ward.page.locator('.patient-side > .alert-rows li').count()).toBe(0);
    expect(await ward.page.locator('[role=alert]').allTextContents()).toEqual(['']);
    expect(await ward.page.title()).not.toContain('(');
    await ward.page.goto(`${ward.fake.url}/#/log`);
    await eventually(() => ward.page.locator('.log-line').textContent()).toContain('Nobody was told');
  });

  it('is marked in the trends: artefacts, and the times whose readings arrived later', async () => {
    await ward.open('nurse', '#/patients/P1001');
    const keys = (chart: string) =>
      ward.page.locator(`.chart[data-chart=${chart}] .chart-key`).allTextContents();
    await eventually(() => keys('heartbeat')).toEqual(['× artefact', ' arrived later']);
    expect(await keys('oxygen_saturation')).toEqual([' arrived later']);
    await ward.page.goto(`${ward.fake.url}/#/patients/P1002`);
    await eventually(() => ward.page.locator('.trend-state').textContent()).toContain('as measured');
    expect(await keys('heartbeat')).toEqual([]);
  });
});

describe('a patient who is discharged', () => {
  it('leaves the wall at once, and the page about her says so', async () => {
    await ward.open();
    ward.fake.alerts.raise('P1003', desaturation);
    await eventually(() => ward.tile('P1003').getAttribute('data-state')).toBe('active');
    ward.fake.ward.discharge('P1003');
    await eventually(() => ward.tile('P1003').count()).toBe(0);
    expect(await ward.page.locator('.tile').count()).toBe(11);
    await ward.page.goto(`${ward.fake.url}/#/patients/P1002`);
    await eventually(() => ward.page.locator('h1').textContent()).toContain('Bed 2');
    ward.fake.ward.discharge('P1002');
    await eventually(() => ward.page.locator('.unwatched-patient').textContent()).toContain('not watched');
    expect(ward.fake.hellos).toHaveLength(1);
  });
});
